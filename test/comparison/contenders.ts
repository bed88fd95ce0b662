import type { OpenContender } from './contender.ts'

/** What is compared. Its file in `contenders/` has the same name. */
export interface Entry {
  readonly name: string
  /** As the table says it. */
  readonly title: string
  /** On npm; null: a few lines of one's own. */
  readonly package: string | null
  /** False where its documentation is for a provider whose refresh tokens stay. */
  readonly takesRotation: boolean
}

export const entries: readonly Entry[] = [
  { name: 'by-hand', title: 'by hand', package: null, takesRotation: true },
  { name: 'by-hand-with-lock', title: 'by hand, row locked', package: null, takesRotation: true },
  { name: 'simple-oauth2', title: '`simple-oauth2`', package: 'simple-oauth2', takesRotation: true },
  {
    name: 'google-auth-library',
    title: '`google-auth-library`',
    package: 'google-auth-library',
    takesRotation: false,
  },
  { name: 'better-auth', title: '`better-auth`', package: 'better-auth', takesRotation: true },
  { name: 'evergrant', title: 'Evergrant', package: null, takesRotation: true },
]

/** What a run at one kind of provider compares. */
export function entriesAt(rotates: boolean): readonly Entry[] {
  return entries.filter(({ takesRotation }) => takesRotation || !rotates)
}

/** Packages whose versions a run depends on. */
export const packages: readonly string[] = [
  ...entries.flatMap(entry => entry.package ?? []),
  'oidc-provider',
  'pg',
]

export async function load(name: string): Promise<OpenContender> {
  return (await import(`./contenders/${name}.ts`)).open
}
