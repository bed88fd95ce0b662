// The profile of the campaigns' provider: the local Zoho, made to rotate.

/** @param defineProvider that of the build that is put to the test */
export function profileOf({ name, tokenEndpoint, rotation }, defineProvider) {
  return defineProvider({
    name,
    tokenEndpoint,
    traits: { rotation, throttleMs: 1_000 },
    answers: {
      errors: {
        refused: ['invalid_code'],
        misconfigured: ['invalid_client', 'invalid_client_secret'],
        throttled: ['Access Denied'],
        transient: ['general_error'],
      },
    },
  })
}
