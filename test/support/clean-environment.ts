// What a developer has in the environment must not decide what the tests see.
for (const name of Object.keys(process.env)) {
  if (/^(DATABASE_URL$|EVERGRANT_(?!TEST_)|ZOHO_|PG[A-Z])/.test(name)) delete process.env[name]
}
process.env.NODE_ENV = 'test'
