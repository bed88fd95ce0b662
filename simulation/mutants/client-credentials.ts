import type { Mutant } from './mutants.ts'

/** What holds where the app asks with its own credentials. */
export const clientCredentials: readonly Mutant[] = [
  {
    name: 'a refusal of the app’s own credentials counts as that of a user’s grant',
    seed: 215,
    changes: [
      {
        file: 'src/lifecycle/failure.ts',
        find: "if (traits.grant === 'client_credentials' || isOtherApp) {",
        replace: 'if (isOtherApp) {',
      },
    ],
    breaks: ['no grant is reported dead that was not refused'],
  },
]
