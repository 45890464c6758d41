// Parts of the suite once more, with a team's own Apollo Server before the gateway (`forApolloServer`): who asks, and what rules
// and kinds of principals say, is the same whichever way a request comes in. `start-gateway.ts` reads GATEWAY_DOOR.
process.env.GATEWAY_DOOR = 'apollo-server'
await import('./credentials.test.ts')
await import('./principal-kinds.test.ts')
