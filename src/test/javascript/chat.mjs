// The OpenAI client, from npm, against this service: nothing of it knows about us but its options.
// Usage: PASSWORD=… node chat.mjs BASE_URL USERNAME   (openai must be resolvable from this folder)
import OpenAI from 'openai';

const [base, username] = process.argv.slice(2);
const userAgent = 'orders-bot/1.0'; // tokens are bound to it: the same one at sign-in and afterwards

const login = await fetch(`${base}/auth/login`, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json', 'User-Agent': userAgent },
  body: JSON.stringify({ username, password: process.env.PASSWORD, delivery: 'body' }),
});
if (!login.ok) throw new Error(`login: ${login.status} ${await login.text()}`);
const session = await login.json();

const client = new OpenAI({
  baseURL: `${base}/api`,
  apiKey: session.access_token,
  defaultHeaders: { 'Session-Handle': session.session_handle, 'User-Agent': userAgent },
});

const messages = [{ role: 'user', content: 'Hello from Node' }];
for (let turn = 1; turn <= 3; turn++) {
  const plain = await client.chat.completions.create({ model: 'demo', messages });
  console.log(`plain ${turn}: ${plain.choices[0].message.content}`);

  let text = '';
  let pieces = 0;
  for await (const piece of await client.chat.completions.create({ model: 'demo', messages, stream: true })) {
    text += piece.choices[0]?.delta?.content ?? '';
    pieces++;
  }
  console.log(`streamed ${turn}: ${text} (${pieces > 1 ? 'in pieces' : 'at once'})`);
}

try {
  const bare = client.withOptions({ defaultHeaders: { 'User-Agent': userAgent } });
  await bare.chat.completions.create({ model: 'demo', messages });
} catch (refused) {
  console.log(`without the session's handle: ${refused.status} ${refused.error}`);
}
