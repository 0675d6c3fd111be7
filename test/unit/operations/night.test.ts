import { latestDueNight, latestStartedNight, nightsBetween } from '../../../src/domain/operations/night';

const seoul = (text: string) => new Date(`${text}:00+09:00`);

describe('latestDueNight', () => {
  it.each([
    // Starts at 02:00, due at 03:00.
    ['2025-01-21T02:59', '02:00', '2025-01-19', '2025-01-20T02:00'],
    ['2025-01-21T03:00', '02:00', '2025-01-20', '2025-01-21T02:00'],
    ['2025-01-21T23:59', '02:00', '2025-01-20', '2025-01-21T02:00'],
    // An early collection is due at 03:00 too, a late one an hour after its start.
    ['2025-01-21T02:00', '00:10', '2025-01-19', '2025-01-20T00:10'],
    ['2025-01-21T05:29', '04:30', '2025-01-19', '2025-01-20T04:30'],
    ['2025-01-21T05:30', '04:30', '2025-01-20', '2025-01-21T04:30'],
    // Starts so late that its hour ends on the next day.
    ['2025-01-21T00:29', '23:30', '2025-01-18', '2025-01-19T23:30'],
    ['2025-01-21T00:30', '23:30', '2025-01-19', '2025-01-20T23:30'],
  ])('at %s with collections at %s it is %s', (now, collectionTime, date, startsAt) => {
    expect(latestDueNight(seoul(now), collectionTime)).toMatchObject({ date, startsAt: seoul(startsAt) });
  });
});

describe('latestStartedNight', () => {
  it.each([
    ['2025-01-21T00:00:00Z', '02:00', '2025-01-20'],
    ['2025-01-20T17:00:00Z', '02:00', '2025-01-20'],
    ['2025-01-20T16:59:59Z', '02:00', '2025-01-19'],
    ['2025-01-20T15:00:00Z', '00:00', '2025-01-20'],
    ['2025-01-20T14:59:59Z', '00:00', '2025-01-19'],
    ['2025-01-20T14:58:59Z', '23:59', '2025-01-18'],
    ['2025-01-20T14:59:00Z', '23:59', '2025-01-19'],
    ['2025-03-01T00:00:00Z', '02:00', '2025-02-28'],
  ])('at %s (UTC) with collections at %s it is %s', (now, collectionTime, date) => {
    expect(latestStartedNight(new Date(now), collectionTime).date).toBe(date);
  });
});

describe('nightsBetween', () => {
  it.each<[string, string, string, string[]]>([
    ['2025-01-21T01:58', '2025-01-21T02:01', '02:00', ['2025-01-20']],
    ['2025-01-21T02:00', '2025-01-21T03:00', '02:00', []],
    ['2025-01-20T12:00', '2025-01-23T02:00', '02:00', ['2025-01-20', '2025-01-21', '2025-01-22']],
    ['2025-01-20T12:00', '2025-01-20T13:00', '02:00', []],
  ])('stopped at %s, started at %s, with collections at %s', (since, now, collectionTime, dates) => {
    expect(nightsBetween(seoul(since), seoul(now), collectionTime).map(({ date }) => date)).toEqual(dates);
  });
});
