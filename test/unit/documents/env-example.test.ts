import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig, VARIABLES } from '../../../src/config/config';

const text = readFileSync(join(__dirname, '../../../.env.example'), 'utf8');
const assignments = [...text.matchAll(/^(# )?([A-Z_]+)=(.*)$/gm)].map(([, comment, name, value]) => ({
  name: name!,
  value: value!,
  commented: comment !== undefined,
}));
const own = assignments.filter(({ name }) => name.startsWith('OPENEG_'));

/** The configuration's own word on a variable that is not set. */
function defaultOf(name: (typeof VARIABLES)[number]): { required: boolean; value?: unknown } {
  try {
    return { required: false, value: readConfig([name], {})[name] };
  } catch {
    return { required: true };
  }
}

describe('.env.example', () => {
  it('has every variable of the configuration once, and no other', () => {
    expect(own.map(({ name }) => name).sort()).toEqual([...VARIABLES].sort());
  });

  it.each(own)('leaves $name in or out as the configuration wants it', ({ name, commented }) => {
    expect({ name, required: !commented }).toEqual({ name, required: defaultOf(name as never).required });
  });

  it.each(own.filter(({ commented }) => commented))('shows the default of $name', ({ name, value }) => {
    const variable = name as (typeof VARIABLES)[number];
    const shown = readConfig([variable], { [variable]: value })[variable];
    expect(shown).toEqual(defaultOf(variable).value);
  });

  it('holds no secret', () => {
    for (const { name, value } of assignments) {
      if (/PASS|KEY|SECRET|WEBHOOK/.test(name)) expect({ name, value }).toEqual({ name, value: '' });
    }
  });
});
