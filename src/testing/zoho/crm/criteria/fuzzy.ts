/** A text as the index of a search holds it: without case, and punctuation that it does not tell apart as spaces. */
export function folded(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[{}[\]^:\-/!?*_@\s]+/g, ' ')
    .trim()
}

/** Whether a text contains another, punctuation aside; nothing contains punctuation alone. */
export function fuzzyContains(text: string, part: string): boolean {
  const wanted = folded(part)
  return wanted !== '' && folded(text).includes(wanted)
}

export function fuzzyStartsWith(text: string, start: string): boolean {
  const wanted = folded(start)
  return wanted !== '' && folded(text).startsWith(wanted)
}

/** Whether the digits of one are part of the other's; Zoho looks at no other characters of a phone number. */
export function samePhone(stored: string, wanted: string): boolean {
  const digits = wanted.replace(/\D+/g, '')
  return digits !== '' && stored.replace(/\D+/g, '').includes(digits)
}

/** Whether each word begins a word of one of the texts. */
export function hasWords(texts: readonly string[], phrase: string): boolean {
  const words = texts.flatMap(text => folded(text).split(' '))
  const wanted = folded(phrase).split(' ')
  return wanted[0] !== '' && wanted.every(start => words.some(word => word.startsWith(start)))
}
