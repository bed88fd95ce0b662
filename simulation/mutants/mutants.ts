import { budgets } from './budgets.ts'
import { clientCredentials } from './client-credentials.ts'
import { events } from './events.ts'
import { leases } from './leases.ts'

/** A bug that is planted into the source, to see that the simulation finds it. */
export interface Mutant {
  readonly name: string
  /** A schedule that finds it. Where the code has changed since, one of those behind it does. */
  readonly seed: number
  /** What replaces what, in which file. Each text is there exactly once. */
  readonly changes: readonly {
    readonly file: string
    readonly find: string
    readonly replace: string
  }[]
  /** The promises that a history of it may break first. */
  readonly breaks: readonly string[]
}

const memory = 'src/store/memory.ts'

/** In a memory store, as in the SQL of the others: what a write of a refresh has to match. */
const fences: readonly Mutant[] = [
  {
    name: 'the commit does not look at the generation',
    seed: 21,
    changes: [
      {
        file: memory,
        find: `async commit(request: CommitRequest): Promise<boolean> {
    const row = this.#matching(request)`,
        replace: `async commit(request: CommitRequest): Promise<boolean> {
    const row = this.#rows.get(this.#keysById.get(request.id) ?? '')`,
      },
    ],
    breaks: ['a re-connect always wins'],
  },
  {
    name: 'the commit does not look at the id of the row',
    seed: 29,
    changes: [
      {
        file: memory,
        find: `async commit(request: CommitRequest): Promise<boolean> {
    const row = this.#matching(request)`,
        replace: `async commit(request: CommitRequest): Promise<boolean> {
    const row = [...this.#rows.values()].find(one => one.generation === request.generation)`,
      },
    ],
    breaks: ['a re-connect always wins'],
  },
  {
    name: 'the failure of an attempt is written whatever the row is now',
    seed: 1640,
    changes: [
      {
        file: memory,
        find: `    const row = this.#matching(fence)
    if (row === undefined || row.leaseId !== leaseId) return false`,
        replace: `    const row = this.#rows.get(this.#keysById.get(fence.id) ?? '')
    if (row === undefined) return false`,
      },
    ],
    breaks: ['no grant is reported dead that was not refused', 'nobody ends the lease of another'],
  },
]

const claims: readonly Mutant[] = [
  {
    name: 'a claim whose answer was lost counts as taken',
    seed: 384,
    changes: [
      {
        file: 'src/refresh/claim.ts',
        find: 'if (taken === true) return claim',
        replace: 'if (taken !== false) return claim',
      },
    ],
    breaks: [
      'no request outlives its lease',
      'no refresh token is in flight twice',
      'a strict server is not asked again while the access token lives',
    ],
  },
  {
    name: 'nobody looks at the lease again before sending, the transport neither',
    seed: 2363,
    changes: [
      {
        file: 'src/refresh/claim.ts',
        find: 'return claim.leaseEndsAt - ports.clock.monotonicMs() >= requestTimeoutMs + sendMarginMs',
        replace: 'return claim.leaseEndsAt > 0 && requestTimeoutMs + sendMarginMs > 0',
      },
      { file: 'src/refresh/attempt.ts', find: 'until: claim.leaseEndsAt', replace: 'until: Infinity' },
    ],
    breaks: [
      'no request outlives its lease',
      'no refresh token is in flight twice',
      'no loss without a cause',
    ],
  },
  {
    name: 'who waits sends the refresh token that was read before',
    seed: 8,
    changes: [
      {
        file: 'src/refresh/refresher.ts',
        find: 'if (row === null || row.id !== observed.row.id || row.generation !== observed.row.generation) return null',
        replace: 'if (row === null || row.id !== observed.row.id) return null',
      },
      {
        file: 'src/refresh/refresher.ts',
        find: 'return observe(row, asked, this.#ports)',
        replace: 'return observe({ ...row, refreshToken: observed.row.refreshToken }, asked, this.#ports)',
      },
    ],
    breaks: ['no loss without a cause', 'a strict server is not asked again while the access token lives'],
  },
  {
    name: 'a second process repeats an ambiguous refresh at once at a strict server',
    seed: 372,
    changes: [
      {
        file: 'src/lifecycle/gate.ts',
        find: "if (traits.rotation !== 'strict' || connection.attemptId === null",
        replace: "if (traits.rotation !== 'window' || connection.attemptId === null",
      },
    ],
    breaks: ['a strict server is not asked again while the access token lives'],
  },
  {
    name: 'the same process repeats an ambiguous refresh at once at a strict server',
    seed: 212,
    changes: [
      {
        file: 'src/lifecycle/failure.ts',
        find: "if (traits.rotation === 'strict')\n        return passing(strictWait",
        replace: "if (traits.rotation === 'window')\n        return passing(strictWait",
      },
      {
        file: 'src/lifecycle/gate.ts',
        find: "if (traits.rotation !== 'strict' || connection.attemptId === null",
        replace: "if (traits.rotation !== 'window' || connection.attemptId === null",
      },
    ],
    breaks: ['a strict server is not asked again while the access token lives'],
  },
  {
    name: 'an ambiguous attempt counts as settled',
    seed: 297,
    changes: [
      {
        file: 'src/lifecycle/failure.ts',
        find: "return passing(strictWait(connection, now, backoff, traits, policy), 'kept')",
        replace: "return passing(backoff, 'cleared')",
      },
    ],
    breaks: ['a strict server is not asked again while the access token lives'],
  },
  {
    name: 'a first refusal is final',
    seed: 187,
    changes: [
      {
        file: 'src/lifecycle/failure.ts',
        find: "if (connection.status === 'suspect') {",
        replace: "if (connection.status !== 'reauthorization_required') {",
      },
    ],
    breaks: ['no grant is reported dead that was not refused', 'no loss without a cause'],
  },
]

const outcomes: readonly Mutant[] = [
  {
    name: 'an answer is judged before its refresh token is saved',
    seed: 269,
    changes: [
      {
        file: 'src/providers/judge-answer.ts',
        find: 'refreshToken: successorOf(salvageFrom(answer.body, rules), sent),',
        replace:
          'refreshToken: successorOf(null, sent) ?? (salvageFrom(answer.body, rules) === null ? null : null),',
      },
    ],
    breaks: ['no loss without a cause'],
  },
  {
    name: 'tokens that could not be committed at once are forgotten',
    seed: 41,
    changes: [
      {
        file: 'src/refresh/commit.ts',
        find: 'until: Infinity,',
        replace: 'until: 0,',
      },
    ],
    breaks: ['no loss without a cause', 'what was deleted or replaced is not returned'],
  },
  {
    name: 'the successor of a refresh token that was kept meanwhile is dropped',
    seed: 181,
    changes: [
      {
        file: 'src/refresh/moved.ts',
        find: 'isKept ? settleKept(ports, exchange, row) : endOwnLease(ports, exchange, row)',
        replace: 'isKept ? Promise.resolve(true) : endOwnLease(ports, exchange, row)',
      },
    ],
    breaks: ['no loss without a cause'],
  },
  {
    name: 'a refresh brings a deleted row back',
    seed: 43,
    changes: [
      {
        file: 'src/refresh/moved.ts',
        find: 'if (row === null || row.id !== exchange.claim.observed.row.id)',
        replace: `if (row === null && exchange.sealedSuccessor !== null) {
      await ports.store.plant({
        ...exchange.claim.key,
        seed: { variable: 'none', digest: exchange.claim.attemptId },
        named: true,
        refreshToken: exchange.sealedSuccessor,
        metadata: {},
        replaces: null,
      })
    }
    if (row === null || row.id !== exchange.claim.observed.row.id)`,
      },
    ],
    breaks: ['nothing is resurrected after a delete'],
  },
  {
    name: 'a deletion leaves the token in the memory of its process',
    seed: 1234,
    changes: [
      {
        file: 'src/deleting.ts',
        find: 'assembly.forget(key, tx !== undefined)',
        replace: 'if (tx !== undefined) assembly.forget(key, true)',
      },
    ],
    breaks: ['what was deleted or replaced is not returned'],
  },
  {
    name: 'a token from memory is served however old it is',
    seed: 2,
    changes: [
      {
        file: 'src/refresh/cache.ts',
        find: 'if (now >= entry.goodUntil) return null',
        replace: 'if (entry.goodUntil === 0) return null',
      },
    ],
    breaks: [
      'no token is returned that has expired',
      'what was deleted or replaced is not returned',
      'a rejected token is not returned',
    ],
  },
  {
    name: 'a late commit makes the token live longer',
    seed: 1803,
    changes: [
      {
        file: 'src/refresh/commit.ts',
        find: 'expiresAtMost: latestExpiry(pending),',
        replace: 'expiresAtMost: latestExpiry(pending) === null ? null : null,',
      },
    ],
    breaks: ['no token is returned that has expired'],
  },
  {
    name: 'a token that died while its process was frozen is handed out',
    seed: 530,
    changes: [
      {
        file: 'src/refresh/obtain.ts',
        find: 'if (hasDied(waited.value.held, request, ports)) return null',
        replace: 'if (hasDied(waited.value.held, request, ports) === null) return null',
      },
    ],
    breaks: ['no token is returned that has expired'],
  },
  {
    name: 'a machine that slept sends under an old lease',
    seed: 859,
    changes: [
      {
        file: 'src/refresh/claim.ts',
        find: 'if (hasSlept(claim.askedAt, ports.clock)) return false',
        replace: 'if (hasSlept(claim.askedAt, ports.clock) === null) return false',
      },
    ],
    breaks: ['no refresh token is in flight twice', 'no loss without a cause'],
  },
  {
    name: 'the end of the lease is not told to the transport',
    seed: 2400,
    changes: [
      {
        file: 'src/refresh/attempt.ts',
        find: 'until: claim.leaseEndsAt',
        replace: 'until: Infinity',
      },
    ],
    breaks: ['no request outlives its lease'],
  },
  {
    name: 'a machine that slept hands out what it holds',
    seed: 1667,
    changes: [
      {
        file: 'src/refresh/obtain.ts',
        find: 'if (hasSlept(waited.value.held.observed, ports.clock)) return null',
        replace: 'if (hasSlept(waited.value.held.observed, ports.clock) === null) return null',
      },
      {
        file: 'src/refresh/obtain.ts',
        find: `if (hasSlept(observed, ports.clock)) return null
  if (waited`,
        replace: `if (hasSlept(observed, ports.clock) === null) return null
  if (waited`,
      },
    ],
    breaks: ['no token is returned that has expired'],
  },
  {
    name: 'who waits for a refresh waits for ever',
    seed: 17,
    changes: [
      {
        file: 'src/refresh/giving-up.ts',
        find: '.delay(ms, { signal: over.signal, keepAlive: true })',
        replace: '.delay(ms + 1e9, { signal: over.signal, keepAlive: true })',
      },
    ],
    breaks: ['every caller is answered within its bound'],
  },
]

const lateness: readonly Mutant[] = [
  {
    name: 'tokens that the database stores late live longer',
    seed: 1883,
    changes: [
      {
        file: 'src/refresh/store-tokens.ts',
        find: 'if (begunAt !== null) return begunAt + expiresInMs',
        replace: 'if (begunAt !== null) return null',
      },
    ],
    breaks: ['no token is returned that has expired'],
  },
]

export const mutants: readonly Mutant[] = [
  ...fences,
  ...claims,
  ...outcomes,
  ...lateness,
  ...budgets,
  ...leases,
  ...events,
  ...clientCredentials,
]
