"""Runs under LibreOffice's own Python: opens in.xlsx, types, recalculates, saves out.xlsx.

What is typed goes the way of the keyboard (``setFormula`` of a cell understands numbers; a cell
formatted as text keeps what is typed as text).
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

PIPE = "kpiformula-spreadsheets"


def option(name, value):
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def desktop(folder):
    """Start LibreOffice and return its desktop, and the process."""
    office = subprocess.Popen([
        "soffice", "--headless", "--norestore", f"--accept=pipe,name={PIPE};urp;",
        f"-env:UserInstallation=file://{folder}/profile",
    ])  # fmt: skip
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    for _ in range(240):
        try:
            remote = resolver.resolve(f"uno:pipe,name={PIPE};urp;StarOffice.ComponentContext")
            break
        except NoConnectException:
            time.sleep(0.5)
    services = remote.ServiceManager
    return services.createInstanceWithContext("com.sun.star.frame.Desktop", remote), office


def main(folder):
    made, office = desktop(folder)
    try:
        book = made.loadComponentFromURL(
            f"file://{folder}/in.xlsx", "_blank", 0, (option("Hidden", True),)
        )
        formats = book.getNumberFormats()
        for sheet, address, typed in json.loads(Path(folder, "typed.json").read_text("utf-8")):
            cell = book.Sheets.getByName(sheet).getCellRangeByName(address)
            text = formats.getByKey(cell.NumberFormat).FormatString == "@"
            (cell.setString if text else cell.setFormula)(typed)
        book.calculateAll()
        save = (option("FilterName", "Calc MS Excel 2007 XML"),)
        book.storeToURL(f"file://{folder}/out.xlsx", save)
        book.close(True)
    finally:
        try:
            made.terminate()
        finally:
            office.wait(60)


if __name__ == "__main__":
    main(sys.argv[1])
