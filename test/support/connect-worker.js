// A back-end process that ends one flow, and kills itself where it is told to.
const { compiled, open, definition, app, call, point } = JSON.parse(process.argv[2])
const load = path => import(`${compiled}/${path}`)
const { OAuthTokenService } = await load('index.js')
const { assemblyOf } = await load('service.js')
const { defineProvider } = await load('providers/index.js')

const tokens = await OAuthTokenService.open({
  ...open,
  providers: { [definition.name]: { ...app, profile: defineProvider(definition) } },
})
const { ports } = await assemblyOf(tokens)
ports.store = watched(ports.store, {
  put: 'stored',
  flows: flows => watched(flows, { consume: 'consumed', conclude: 'concluded' }),
})

/** The same with this process killed right before or after the calls that are named. */
function watched(target, names) {
  return new Proxy(target, {
    get(_, name) {
      const member = Reflect.get(target, name, target)
      const what = names[name]
      if (typeof what === 'function') return what(member)
      if (typeof member !== 'function') return member
      return async (...args) => {
        dieAt(`before it is ${what}`)
        const result = await member.apply(target, args)
        dieAt(`after it is ${what}`)
        return result
      }
    },
  })
}

function dieAt(here) {
  if (here === point) process.kill(process.pid, 'SIGKILL')
}

const [method, secret, options] = call
process.stdout.write(JSON.stringify(await tokens[method](secret, options)))
await tokens.close()
