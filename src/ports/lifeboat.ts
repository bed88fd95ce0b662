import type { ConnectionKey, Fence } from './store.ts'

/**
 * A refresh token that a provider has issued and the database has not taken yet, sealed as the row will have it.
 * Row id and generation are those that the attempt read.
 */
export interface LifeboatEntry extends ConnectionKey, Fence {
  readonly attemptId: string
  /** The successor. Sealed. */
  readonly refreshToken: string
  /** The refresh token that was spent for it. Sealed. */
  readonly spent: string
}

/** An entry as it was found, by whichever process it was left. */
export interface WaitingEntry extends LifeboatEntry {
  /** Names it, for `remove`. */
  readonly name: string
  /** How long ago it was written, in ms. */
  readonly ageMs: number
}

/** What became of writing an entry. `failed` has the code of the system, as `ENOSPC`. */
export type Launched =
  | { readonly kind: 'aboard'; readonly name: string }
  | { readonly kind: 'failed'; readonly code: string }

/**
 * Keeps the successor of a refresh token safe between the provider's answer and the commit, so that a process that
 * is killed in between, or a database that is down, loses no grant. Shared by the processes of one machine. No
 * method ever rejects: what cannot be kept must not keep a refresh from going on.
 */
export interface Lifeboat {
  /** Where it is, for messages. */
  readonly name: string
  /** Resolves when the entry would survive the end of this process and of the machine. */
  launch(entry: LifeboatEntry): Promise<Launched>
  /** The entries of a row, or all; what cannot be read is none. */
  waiting(rowId?: string): Promise<readonly WaitingEntry[]>
  /** Forgets an entry; one that is gone is forgotten. */
  remove(name: string): Promise<void>
}
