"""A sheet that staff uploaded: read safely, compared with what is kept, shown, and then applied as a whole.

importing    the use cases: upload, preview, apply, cancel
writing      the rows of the database, with their history
comparing    what each row would do
duplicates   which rows are likely there already
likeness     which titles and quotes are close to one another
columns      what the columns mean, and how a cell is read
reading      a CSV or XLSX file that nobody trusts, to lines
workbook     what makes an XLSX file safe to open
"""
