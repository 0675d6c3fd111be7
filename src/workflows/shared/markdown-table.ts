/** The Web UI draws a table's columns without any space between them. */
const GAP = '\u00a0\u00a0';

/** A table for a workflow's current details. Cells are Markdown; what would break the table is escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function line(cells: readonly (string | number)[]): string {
  const last = cells.length - 1;
  return `| ${cells.map((cell, index) => escaped(String(cell)) + (index < last ? GAP : '')).join(' | ')} |`;
}

/** A cohort's key may hold anything but white space. */
function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
