import { useEffect, useState } from "react";

const KEY = "time-machine";

/** Whether the toolbar is folded, as this browser remembers it. */
export function useFolded(): [isFolded: boolean, fold: (isFolded: boolean) => void] {
  const [isFolded, setFolded] = useState(true);
  useEffect(() => setFolded(localStorage.getItem(KEY) !== "open"), []);
  return [
    isFolded,
    (next) => {
      localStorage.setItem(KEY, next ? "folded" : "open");
      setFolded(next);
    },
  ];
}
