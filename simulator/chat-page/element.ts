type Child = Node | string | undefined;

/** A new element with its class and its children. Children that are undefined are left out. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** A link that opens in a new tab. An address that is neither http nor https leads nowhere. */
export function link(address: string, ...children: Child[]): HTMLAnchorElement {
  const made = element('a', '', ...children);
  made.rel = 'noreferrer';
  made.target = '_blank';
  if (/^https?:/i.test(address)) made.href = address;
  return made;
}
