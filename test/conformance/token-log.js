// What the processes of this folder that serve tokens have in common: they tell their parent about each request at
// the token endpoint, and do what it says.
import { createHash } from 'node:crypto'

let order = 0

/** The next place in the one order of this process's events. */
export function nextOrder() {
  order += 1
  return order
}

/** Tells the parent. */
export function say(message) {
  process.send(message)
}

/** What stands for a token in the log. */
export function digestOf(token) {
  return typeof token === 'string' ? createHash('sha256').update(token).digest('hex').slice(0, 16) : null
}

/** What is logged of the work on a request: of its parameters, if they were read, and of the answer. */
export function outcomeOf(parameters, body) {
  return {
    grantType: parameters?.grant_type ?? null,
    spent: digestOf(parameters?.refresh_token),
    issued: digestOf(body?.refresh_token),
    error: body?.error ?? null,
    idToken: typeof body?.id_token === 'string',
    scope: body?.scope ?? null,
    expiresIn: body?.expires_in ?? null,
  }
}

/** Does what the parent says, by these functions, and ends with it. */
export function obey(calls) {
  process.on('message', async ({ id, call, argument }) => {
    try {
      await calls[call](argument)
      say({ kind: 'done', id, error: null })
    } catch (error) {
      say({ kind: 'done', id, error: `${error}` })
    }
  })
  process.on('disconnect', () => process.exit())
}
