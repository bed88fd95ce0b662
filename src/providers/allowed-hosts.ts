/**
 * Whether a host, with its port when that is not 443, is on a list. A `*` on the list stands for one label, and only
 * for one: `*.example.com` is neither `example.com` nor `a.b.example.com`.
 */
export function isAllowedHost(host: string, allowed: readonly string[]): boolean {
  return allowed.some(pattern => fits(host.split('.'), pattern.split('.')))
}

function fits(labels: readonly string[], patterns: readonly string[]): boolean {
  return (
    labels.length === patterns.length &&
    patterns.every((pattern, index) => pattern === labels[index] || (pattern === '*' && labels[index] !== ''))
  )
}
