import { describe, expect, test } from 'vitest'
import { isRightIssuer } from './issuer.ts'

const HONEST = 'https://id.acme.example'
const profile = (answersIssuer: boolean) =>
  ({ authorization: { answersIssuer } }) as Parameters<typeof isRightIssuer>[2]

describe('the issuer of a callback', () => {
  test.each([
    ['the one that was asked', HONEST, HONEST, true],
    ['another', 'https://evil.example', HONEST, false],
    ['with a slash more', `${HONEST}/`, HONEST, false],
    ['in capitals', HONEST.toUpperCase(), HONEST, false],
    ['with something behind', `${HONEST}.evil.example`, HONEST, false],
    ['the beginning of it', 'https://id.acme', HONEST, false],
    ['empty', '', HONEST, false],
    ['unknown, where the profile names none', 'https://new.example', null, true],
    ['that of another provider, where the profile names none', 'https://other.example', null, false],
  ])('T13: is compared to the letter: %s', (_, told, expected, isRight) => {
    expect(isRightIssuer(told, expected, profile(false), ['https://other.example'])).toBe(isRight)
  })

  test('T13: may be left out only where the server does not say that it always answers it', () => {
    expect(isRightIssuer(undefined, HONEST, profile(false), [])).toBe(true)
    expect(isRightIssuer(undefined, HONEST, profile(true), [])).toBe(false)
  })
})
