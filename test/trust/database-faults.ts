/** A way to make PostgreSQL refuse what Evergrant writes, and to say so as loudly as it can. */
export interface DatabaseFault {
  readonly code: string
  readonly fault: string
  /** Run in the schema of the tables. */
  readonly statements: readonly string[]
}

const ALTER = 'alter table oauth_tokens'

/** Errors that PostgreSQL makes by itself. */
const OWN: readonly DatabaseFault[] = [
  {
    code: '23514',
    fault: 'a check',
    statements: [`${ALTER} add check (length(access_token) < 9) not valid`],
  },
  {
    code: '22001',
    fault: 'a short column',
    statements: [`${ALTER} alter access_token type varchar(9) using 'x'`],
  },
  { code: '23505', fault: 'a unique index', statements: ['create unique index on oauth_tokens ((0))'] },
  { code: '42703', fault: 'a missing column', statements: [`${ALTER} drop column refresh_token`] },
  { code: '42P01', fault: 'a missing table', statements: ['drop table oauth_tokens'] },
  {
    code: '22P02',
    fault: 'another type',
    statements: [`${ALTER} alter access_token type integer using null`],
  },
  {
    code: '23502',
    fault: 'a column that must be filled',
    statements: [`${ALTER} add extra text not null default 'x'`, `${ALTER} alter extra drop default`],
  },
  {
    code: '23503',
    fault: 'a reference to nothing',
    statements: [
      'create table other (id integer primary key)',
      `${ALTER} add other integer references other`,
      `${ALTER} alter other set default 7`,
    ],
  },
  { code: '23P01', fault: 'an exclusion', statements: [`${ALTER} add exclude using btree ((1) with =)`] },
  {
    code: '22012',
    fault: 'a trigger that divides by zero',
    statements: [trigger('perform 1 / (length(new.access_token) * 0);')],
  },
  {
    code: 'P0001',
    fault: 'a trigger that prints the row',
    statements: [trigger(`raise exception 'the row is %', new;`)],
  },
]

/** Errors of a trigger that prints the row in each of its fields, with the codes that servers give under stress. */
const RAISED: readonly DatabaseFault[] = [
  '0A000',
  '22003',
  '22021',
  '25006',
  '28000',
  '40001',
  '42501',
  '53100',
  '53200',
  '55P03',
  '57014',
  'XX000',
].map(code => ({
  code,
  fault: 'told by a trigger, with the row in message, detail and hint',
  statements: [
    trigger(`raise exception using errcode = '${code}', message = format('row %s', new), detail = format('row %s', new),
      hint = format('row %s', new), column = new.access_token, constraint = new.refresh_token;`),
  ],
}))

export const DATABASE_FAULTS: readonly DatabaseFault[] = [...OWN, ...RAISED]

function trigger(body: string): string {
  return `create function fault() returns trigger language plpgsql as $$ begin ${body} return new; end $$;
    create trigger fault before insert or update on oauth_tokens for each row execute function fault()`
}
