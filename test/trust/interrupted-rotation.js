/*
 * A process that seals anew: `node interrupted-rotation.js <compiled source> <database> <keys>`. It is killed from
 * outside, at whatever row it is.
 */
const [source, database, encryptionKeys] = process.argv.slice(2)
const { OAuthTokenService } = await import(`${source}/index.js`)
const { rotateKeys } = await import(`${source}/admin/index.js`)

const tokens = await OAuthTokenService.open({ database, encryptionKeys, migrate: false })
const { sealed, unopened, skipped, released } = await rotateKeys(tokens)
console.log(JSON.stringify({ sealed, unopened, skipped, released }))
await tokens.close()
