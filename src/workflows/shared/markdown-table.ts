/** The Web UI draws table columns without a gap. */
const GAP = '\u00a0\u00a0';

/** A table for a workflow's current details. Cells are Markdown; characters that would break the table are escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function line(cells: readonly (string | number)[]): string {
  const last = cells.length - 1;
  return `| ${cells.map((cell, index) => escaped(String(cell)) + (index < last ? GAP : '')).join(' | ')} |`;
}

/** A cohort's key may contain any character except white space. */
function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
