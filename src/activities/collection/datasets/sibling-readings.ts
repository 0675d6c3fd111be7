import type { DataType } from '../../../domain/collection/data-type';

/** The result of a request for the roster: the session lives, the session was dead, or the roster is empty in a new session too. */
export type RosterProof = 'alive' | 'dead' | 'empty';

/** The datasets of one cohort that are read side by side, usually in one session. */
export interface SiblingReadings {
  /** The dataset was gathered once, or failed. */
  markGathered(dataType: DataType): void;
  whenOthersGathered(dataType: DataType): Promise<unknown>;
  /** One proof serves all datasets that wait for one in the same generation. */
  prove(generation: number, prove: () => Promise<RosterProof>): Promise<RosterProof>;
}

export function createSiblingReadings(dataTypes: readonly DataType[]): SiblingReadings {
  const gatherings = new Map(dataTypes.map((dataType) => [dataType, createGathering()]));
  const proofs = new Map<number, Promise<RosterProof>>();
  return {
    markGathered: (dataType) => gatherings.get(dataType)?.end(),
    whenOthersGathered: (dataType) =>
      Promise.all([...gatherings].filter(([other]) => other !== dataType).map(([, { ended }]) => ended)),
    prove(generation, prove) {
      const known = proofs.get(generation) ?? prove();
      proofs.set(generation, known);
      return known;
    },
  };
}

function createGathering(): { ended: Promise<void>; end: () => void } {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { ended, end };
}
