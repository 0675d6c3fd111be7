import {
  dateOfIncident,
  NIGHT_MISSING,
  NIGHT_UNFINISHED,
  STATISTICS,
  type Incident,
  type IncidentId,
} from './incident';
import { RULES, type IncidentFacts, type Trouble } from './incident-rules';
import { manyDatesText, manyReportsText, manyTroublesText } from './operators-texts';
import type { OpenIncident } from './service-facts';
import { THRESHOLDS } from './thresholds';

/** Troubles that have one cause where there are many of them (decision 0006). */
interface Family {
  /** The key of the one incident that holds them all. */
  key: string;
  kinds: readonly string[];
  text: (troubles: readonly Trouble[]) => string;
}

const FAMILIES: readonly Family[] = [
  { key: 'many/checks', kinds: ['cohort-failing', 'account-held'], text: manyTroublesText },
  { key: 'many/completions', kinds: ['completions-waiting'], text: manyReportsText },
  { key: 'many/statistics', kinds: [STATISTICS], text: manyDatesText },
];

export interface IncidentEnd extends IncidentId {
  /** `well`: operators are told that it is over. `replaced`: another incident goes on with it, without a message. */
  how: 'well' | 'replaced' | { lastWord: string };
}

export interface IncidentChanges {
  begin: Incident[];
  end: IncidentEnd[];
  /** Keys of shared incidents that are well since now, and of those that are not well any more. */
  wellNow: string[];
  illAgain: string[];
}

/** The changes of the open incidents. Incidents without a rule here end elsewhere. */
export function judgeIncidents(facts: IncidentFacts, open: readonly OpenIncident[]): IncidentChanges {
  const openByKey = new Map(open.map((incident) => [incident.key, incident]));
  const isOpen = (key: string) => openByKey.has(key);
  const byKind = new Map(RULES.map(({ kind, find }) => [kind, find(facts, isOpen)]));
  const families = FAMILIES.map((family) =>
    foldFamily(
      family,
      family.kinds.flatMap((kind) => byKind.get(kind) ?? []),
      openByKey.get(family.key),
    ),
  );
  const shared = new Set(FAMILIES.flatMap(({ kinds }) => kinds));
  const troubles = [
    ...families.flatMap(({ troubles: folded }) => folded),
    ...[...byKind].flatMap(([kind, found]) => (shared.has(kind) ? [] : found)),
  ];

  const kept = new Set(families.flatMap(({ keeps }) => keeps));
  const current = new Map(troubles.map((trouble) => [trouble.key, trouble]));
  const replaced = new Set(troubles.flatMap(({ replaces }) => replaces ?? []));
  const endOf = ({ key }: OpenIncident): IncidentEnd[] => {
    const trouble = current.get(key);
    if (!hasRule(key) || kept.has(key)) return [];
    if (trouble === undefined) return [{ ...idOf(key), how: replaced.has(key) ? 'replaced' : 'well' }];
    return trouble.lastWord === undefined ? [] : [{ ...idOf(key), how: { lastWord: trouble.lastWord } }];
  };
  return {
    begin: troubles
      .filter(({ key, lastWord }) => lastWord === undefined && !isOpen(key))
      .map(({ key, collectionDate, summary }) => ({ key, collectionDate, summary })),
    end: open.flatMap(endOf),
    wellNow: families.flatMap(({ isWellNow, key }) => (isWellNow ? [key] : [])),
    illAgain: families.flatMap(({ isIllAgain, key }) => (isIllAgain ? [key] : [])),
  };
}

/** Whether this function begins incidents with this key, and therefore ends them. */
export function hasRule(key: string): boolean {
  return (
    RULES.some(({ kind }) => key === kind || key.startsWith(`${kind}/`)) ||
    FAMILIES.some((family) => family.key === key)
  );
}

/**
 * While there are many, one incident holds them all. It goes on until there have been few for five minutes, so that neither
 * a failing server that answers now and then nor its recovery sends a message for each.
 */
function foldFamily({ key, text }: Family, found: readonly Trouble[], open: OpenIncident | undefined) {
  const due = found.filter(({ isEarly }) => isEarly !== true);
  const unchanged = { key, keeps: [] as string[], isWellNow: false, isIllAgain: false };
  if (found.length >= THRESHOLDS.sharedTroubles && (open !== undefined || due.length > 0)) {
    const shared = { key, summary: text(found), replaces: found.map((trouble) => trouble.key) };
    return { ...unchanged, troubles: [shared], isIllAgain: open?.wellSeconds != null };
  }
  if (open === undefined || (open.wellSeconds ?? 0) >= THRESHOLDS.sharedTroublesOverSeconds) {
    return { ...unchanged, troubles: due };
  }
  return { ...unchanged, troubles: [], keeps: [key], isWellNow: open.wellSeconds === null };
}

/** All that is told of one date stands in one thread, also its end. */
function idOf(key: string): IncidentId {
  return { key, collectionDate: dateOfIncident(key, [NIGHT_UNFINISHED, NIGHT_MISSING, STATISTICS]) };
}
