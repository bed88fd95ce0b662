/*
 * Names and messages can come from anywhere: a database that others write, a command line that was pasted. What
 * moves the cursor, ends the line or turns the reading direction is printed as its escape.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** Text on one line that shows every character it has. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, escapeOf)
}

/** JSON text whose invisible characters are escapes: all of them lie inside its strings, but for line ends. */
export function visibleJson(json: string): string {
  return json.replace(INVISIBLE, character => (character === '\n' ? character : escapeOf(character)))
}

function escapeOf(character: string): string {
  return Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
    .map(unit => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('')
}
