import { Journal } from "./journal.ts";
import type { ObjectName, Objects } from "./objects.ts";

export interface Kept {
  id: string;
}

/** The rows of one kind. What it hands out are copies: change them, then `put` them. */
export interface Table<T extends Kept> {
  get(id: string): T | undefined;
  put(row: T): T;
  delete(id: string): void;
  /** All rows, or those that match, oldest first. The predicate must not change what it sees. */
  list(matches?: (row: T) => boolean): T[];
  find(matches: (row: T) => boolean): T | undefined;
}

type Rows = Map<string, Kept>;
type Change = [table: string, id: string, row: Kept | null];

/** Everything the double knows, in memory and in a journal, changed one transaction at a time. */
export class Store {
  private readonly tables = new Map<string, Rows>();
  private undo: Array<() => void> = [];
  private changes = new Map<string, Change>();
  private readonly journal: Journal | undefined;

  /** @param directory where the journal is kept; without it nothing outlives the process */
  constructor(directory?: string) {
    if (!directory) return;
    this.journal = new Journal(directory);
    for (const entry of this.journal.read()) {
      for (const [table, id, row] of entry as Change[]) this.write(table, id, row);
    }
    this.journal.rewrite([this.everything()]);
  }

  /** The public objects of one kind, by the value of their `object` field. */
  objects<Name extends ObjectName>(name: Name): Table<Objects[Name] & Kept> {
    return this.table(name) as unknown as Table<Objects[Name] & Kept>;
  }

  /** Rows of our own that the API never shows; start the name with an underscore. */
  hidden<T extends Kept>(name: `_${string}`): Table<T> {
    return this.table(name) as unknown as Table<T>;
  }

  /** The public object of this id, whatever its kind. */
  lookUp(id: string): Kept | undefined {
    for (const [name, rows] of this.tables) {
      const row = name.startsWith("_") ? undefined : rows.get(id);
      if (row) return structuredClone(row);
    }
    return undefined;
  }

  /** Makes the changes since the last commit last. */
  commit(): void {
    if (this.changes.size > 0) this.journal?.append([...this.changes.values()]);
    this.forget();
  }

  /** Undoes the changes since the last commit. */
  rollback(): void {
    for (const step of this.undo.reverse()) step();
    this.forget();
  }

  close(): void {
    this.journal?.close();
  }

  private forget(): void {
    this.undo = [];
    this.changes = new Map();
  }

  private table(name: string): Table<Kept> {
    const rows = (): Rows => this.tables.get(name) ?? new Map();
    return {
      get: (id) => structuredClone(rows().get(id)),
      put: (row) => {
        this.change(name, row.id, structuredClone(row));
        return row;
      },
      delete: (id) => this.change(name, id, null),
      list: (matches = () => true) => [...rows().values()].filter(matches).map((row) => structuredClone(row)),
      find: (matches) => {
        for (const row of rows().values()) if (matches(row)) return structuredClone(row);
        return undefined;
      },
    };
  }

  private change(table: string, id: string, row: Kept | null): void {
    const before = this.tables.get(table)?.get(id);
    const order = row === null && before ? new Map(this.tables.get(table)) : undefined;
    this.undo.push(() => (order ? this.tables.set(table, order) : this.write(table, id, before ?? null)));
    const key = `${table} ${id}`;
    this.changes.delete(key);
    this.changes.set(key, [table, id, row]);
    this.write(table, id, row);
  }

  private write(table: string, id: string, row: Kept | null): void {
    const rows = this.tables.get(table) ?? new Map<string, Kept>();
    this.tables.set(table, rows);
    if (row) rows.set(id, row);
    else rows.delete(id);
  }

  private everything(): Change[] {
    return [...this.tables].flatMap(([table, rows]) => [...rows].map(([id, row]): Change => [table, id, row]));
  }
}
