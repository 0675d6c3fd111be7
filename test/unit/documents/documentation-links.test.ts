import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = join(__dirname, '../../..');
const NOT_OURS = new Set(['node_modules', 'dist', '.cache', '.git']);
const DECISIONS = join(ROOT, 'docs/decisions');

const pages = readdirSync(ROOT, { withFileTypes: true })
  .filter(({ name }) => !NOT_OURS.has(name))
  .flatMap((entry) =>
    entry.isDirectory()
      ? readdirSync(join(ROOT, entry.name), { recursive: true, encoding: 'utf8' }).map((path) => join(entry.name, path))
      : [entry.name],
  )
  .filter((path) => path.endsWith('.md'))
  .map((path) => join(ROOT, path));

/** Without code, in which brackets mean something else. */
function proseOf(page: string): string {
  const text = readFileSync(page, 'utf8');
  return text
    .replaceAll(/^```[^]*?^```/gm, '')
    .replaceAll(/^ {4}.*$/gm, '')
    .replaceAll(/`[^`\n]*`/g, 'code');
}

/** Links and pictures that lead to a file or a heading of this project. */
function linksOf(page: string): string[] {
  const targets = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors of its headings, as GitHub makes them. */
function anchorsOf(page: string): Set<string> {
  const headings = readFileSync(page, 'utf8').matchAll(/^#{1,6} (.+)$/gm);
  const slugs = [...headings].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set(slugs);
}

function isBroken(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : resolve(dirname(page), decodeURI(path));
  if (!existsSync(file)) return true;
  return anchor !== undefined && !anchorsOf(file).has(decodeURIComponent(anchor));
}

it('leads nowhere into the void', () => {
  const links = pages.flatMap((page) => linksOf(page).map((target) => ({ page, target })));
  expect(links.length).toBeGreaterThan(50);
  const broken = links.filter(({ page, target }) => isBroken(page, target));
  expect(broken.map(({ page, target }) => `${relative(ROOT, page)}: ${target}`)).toEqual([]);
});

it('would notice a file or a heading that is not there', () => {
  const page = join(ROOT, 'README.md');
  expect(
    ['docs/no-such-page.md', 'docs/errors.md#no-such-heading', '#no-such-heading'].filter(
      (target) => !isBroken(page, target),
    ),
  ).toEqual([]);
  expect(isBroken(page, 'docs/architecture.md#processes')).toBe(false);
});

it('names only files and folders that are there in the architecture page', () => {
  const text = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const named = [...text.matchAll(/`((?:[\w.-]+\/)+[\w.-]*)`/g)].map(([, path]) => path!);
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((path) => !existsSync(join(ROOT, path)) && !existsSync(join(ROOT, 'src', path)))).toEqual([]);
});

it('lists every decision', () => {
  const listed = linksOf(join(DECISIONS, 'README.md'));
  const written = readdirSync(DECISIONS).filter((name) => name !== 'README.md');
  expect(listed.toSorted()).toEqual(written.toSorted());
});

it('keeps every picture that a page shows, and no other', () => {
  const shown = pages.flatMap((page) => linksOf(page).map((target) => resolve(dirname(page), target)));
  const kept = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.png'))
    .map((path) => join(ROOT, 'docs', path));
  expect(kept.toSorted()).toEqual(shown.filter((path) => path.endsWith('.png')).toSorted());
});
