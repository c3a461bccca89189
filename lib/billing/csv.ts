/** What a spreadsheet would run as a formula when a cell begins with it. */
const FORMULA = /^[=+\-@＝＋－＠\t\r\n]/;

export type CsvValue = string | number | boolean | null;

/** A cell as RFC 4180 writes it; text that looks like a formula gets an apostrophe in front. */
function cell(value: CsvValue): string {
  if (value === null) return "";
  const text = typeof value === "string" && FORMULA.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line of a CSV file, with its end. */
export const csvLine = (values: readonly CsvValue[]): string => `${values.map(cell).join(",")}\r\n`;
