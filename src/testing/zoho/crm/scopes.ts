/**
 * Whether granted scopes allow what a call needs: `ZohoCRM.modules.Leads.READ`. A scope covers everything below its
 * area: `ZohoCRM.modules.READ` reads every module, `ZohoCRM.modules.ALL` does everything there. Case does not count.
 */
export function covers(granted: readonly string[], needed: string): boolean {
  const wanted = needed.toLowerCase().split('.')
  const wantedVerb = wanted.pop()
  return granted.some(scope => {
    const area = scope.toLowerCase().split('.')
    const verb = area.pop()
    if (area.length < 2 || area.length > wanted.length) return false
    return area.every((part, index) => part === wanted[index]) && verbCovers(verb, wantedVerb)
  })
}

/** `WRITE` is of older pages: it creates and updates. */
function verbCovers(verb: string | undefined, wanted: string | undefined): boolean {
  if (verb === 'all' || verb === wanted) return true
  return verb === 'write' && (wanted === 'create' || wanted === 'update')
}
