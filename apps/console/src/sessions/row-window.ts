/** Rows that are drawn beyond what is seen, so that scrolling and the keyboard find them there. */
const MARGIN_ROWS = 15;
/** The window moves by so many rows at a time. */
const STEP_ROWS = 5;

/** Where a table of rows of equal height stands, in pixels. */
export interface TablePlace {
  /** Top of the first row below the top of the screen; negative when it is scrolled away. */
  readonly top: number;
  readonly screenHeight: number;
  readonly rowHeight: number;
  readonly rows: number;
}

/** Which rows are drawn: `from` to before `to`. */
export interface RowWindow {
  readonly from: number;
  readonly to: number;
}

/** The rows that can be seen, with some above and below; all of them when there are few. */
export function rowWindow({ top, screenHeight, rowHeight, rows }: TablePlace): RowWindow {
  const first = Math.floor(-top / rowHeight) - MARGIN_ROWS;
  const last = Math.ceil((screenHeight - top) / rowHeight) + MARGIN_ROWS;
  const from = Math.floor(first / STEP_ROWS) * STEP_ROWS;
  const to = Math.ceil(last / STEP_ROWS) * STEP_ROWS;
  return { from: Math.min(Math.max(0, from), rows), to: Math.min(Math.max(0, to), rows) };
}
