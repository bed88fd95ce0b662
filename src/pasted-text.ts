import { InvalidInputError } from './errors.ts'

const QUOTES = /^["'`\u2018\u201c]|["'`\u2019\u201d]$/
const QUOTED = /^(["'`]).*\1$|^[\u2018\u201c].*[\u2019\u201d]$/s

/**
 * A text that can neither begin or end with a quote nor end with a comma or semicolon: who pasted these has copied
 * what surrounded the value in a file. Taking them off in silence would guess.
 * @param name the variable or option, for the message
 * @throws InvalidInputError never quotes the text
 */
export function bare<Text extends string | undefined>(text: Text, name: string): Text {
  if (text === undefined) return text
  if (QUOTES.test(text)) throw inQuotes(name)
  if (/[,;]$/.test(text)) {
    const sign = text.endsWith(',') ? 'comma' : 'semicolon'
    throw new InvalidInputError(`${name} ends with a ${sign}, which is no part of it. Take it away.`)
  }
  return text
}

/** A text that may hold quotes, but not stand in them as a whole. @throws InvalidInputError */
export function unquoted<Text extends string | undefined>(text: Text, name: string): Text {
  if (text !== undefined && QUOTED.test(text)) throw inQuotes(name)
  return text
}

function inQuotes(name: string): InvalidInputError {
  return new InvalidInputError(
    `${name} is in quotes, which have become part of its value. Take them away: a shell does, but an env file ` +
      'that Docker reads keeps them.',
  )
}
