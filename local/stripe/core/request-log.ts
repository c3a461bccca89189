export interface LoggedRequest {
  requestId: string;
  at: number;
  method: string;
  path: string;
  status: number;
  params: string;
}

const KEPT = 500;

/** The last requests to the API, newest first. */
export class RequestLog {
  private entries: LoggedRequest[] = [];

  add(entry: LoggedRequest): void {
    this.entries = [entry, ...this.entries.slice(0, KEPT - 1)];
  }

  all(): LoggedRequest[] {
    return this.entries;
  }
}
