// Anthropic's client. Usage: API_KEY=… node anthropic.mjs BASE_URL MODEL [PACKAGE]
const [baseURL, model, name = '@anthropic-ai/sdk'] = process.argv.slice(2);
const { default: Anthropic } = await import(name);
const client = new Anthropic({ baseURL, apiKey: process.env.API_KEY });

const about = (content) => ({ model, max_tokens: 1024, messages: [{ role: 'user', content }] });
const ask = async (text) => (await client.messages.create(about(text))).content[0].text;
const stream = async (text) => {
  const message = await client.messages.stream(about(text)).finalMessage();
  return `${message.content[0].text} (${message.stop_reason})`;
};

for (const turn of [1, 2]) {
  console.log(`messages: ${await ask(`turn ${turn}`)}`);
  console.log(`messages, streamed: ${await stream(`turn ${turn}`)}`);
}

const names = ['ada', 'bob', 'eve', 'joe'];
console.log(`at once: ${(await Promise.all(names.map((name) => ask(name)))).join(', ')}`);
console.log(`at once, streamed: ${(await Promise.all(names.map((name) => stream(name)))).join(', ')}`);

let events = '';
for await (const event of await client.messages.create({ ...about('events'), stream: true })) {
  if (event.type === 'content_block_delta') events += event.delta.text;
}
console.log(`messages, event by event: ${events}`);

const { input_tokens: tokens } = await client.messages.countTokens({ model, messages: about('a b c').messages });
console.log(`tokens counted: ${tokens > 0}`);

const models = [];
for await (const each of client.models.list()) models.push(each.id);
console.log(`models: ${models.join(', ')}`);

// as Claude Code does with ANTHROPIC_AUTH_TOKEN
const bearer = new Anthropic({ baseURL, apiKey: null, authToken: process.env.API_KEY });
const byToken = await bearer.messages.create(about('by authToken'));
console.log(`as a bearer token: ${byToken.content[0].text}`);
