const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** "2026-11" as "November 2026". */
export function monthName(month: string): string {
  const [year, number] = month.split("-");
  return `${MONTHS[Number(number) - 1]} ${year}`;
}

/** "usd" as "USD"; credits that nobody paid for have no currency. */
export const currencyName = (currency: string): string => currency.toUpperCase() || "Gifts";
