import { createHash } from 'node:crypto'
import type { Secret } from '../secret.ts'

/**
 * A digest of an environment seed by which the database remembers it. It does not depend on encryption keys, so
 * it outlives their rotation; refresh tokens are random, so it tells nothing about them.
 */
export function seedDigest(seed: Secret): string {
  return createHash('sha256').update('evergrant seed\0').update(seed.reveal()).digest('base64url')
}
