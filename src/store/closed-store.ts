import { type ErrorSubject, StoreUnavailableError } from '../errors.ts'

/** A call after the store was closed. */
export function closedStore(subject: ErrorSubject = {}): StoreUnavailableError {
  return new StoreUnavailableError('The store is closed. Open it again (ECLOSED).', 'ECLOSED', subject)
}
