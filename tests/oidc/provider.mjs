// An OpenID provider on this computer: anybody signs in with any password, and is in
// the groups that stand after the dots of the name: jo.analyst.coventry.
import { Provider } from "oidc-provider";

const [port, app] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients: [{
    client_id: "geosafety",
    client_secret: "a secret of the tests, and of nobody else",
    redirect_uris: [`${app}/signed-in`],
    post_logout_redirect_uris: [`${app}/signed-out`],
  }],
  claims: { openid: ["sub"], profile: ["preferred_username", "groups"] },
  pkce: { required: () => true },
  cookies: { keys: ["only for tests"] },
  findAccount: (_, name) => ({
    accountId: name,
    claims: () => ({
      sub: name,
      preferred_username: name,
      groups: name.split(".").slice(1),
    }),
  }),
});

provider.listen(port, "127.0.0.1", () => console.log(issuer));
