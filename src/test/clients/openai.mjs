// OpenAI's client. Usage: API_KEY=… node openai.mjs BASE_URL MODEL
import OpenAI from 'openai';

const [baseURL, model] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: process.env.API_KEY });

const about = (content) => ({ model, messages: [{ role: 'user', content }] });
const ask = async (text) => (await client.chat.completions.create(about(text))).choices[0].message.content;

const stream = async (text) => {
  let said = '';
  let tokens = 0;
  const pieces = await client.chat.completions.create({
    ...about(text), stream: true, stream_options: { include_usage: true },
  });
  for await (const piece of pieces) {
    said += piece.choices[0]?.delta?.content ?? '';
    tokens = piece.usage?.total_tokens ?? tokens;
  }
  return `${said} (${tokens > 0 ? 'with' : 'without'} usage)`;
};

for (const turn of [1, 2]) {
  console.log(`chat: ${await ask(`turn ${turn}`)}`);
  console.log(`chat, streamed: ${await stream(`turn ${turn}`)}`);
}

const names = ['ada', 'bob', 'eve', 'joe'];
console.log(`at once: ${(await Promise.all(names.map((name) => ask(name)))).join(', ')}`);
console.log(`at once, streamed: ${(await Promise.all(names.map((name) => stream(name)))).join(', ')}`);

const response = await client.responses.create({ model, input: 'a response' });
console.log(`responses: ${response.output_text}`);
let said = '';
for await (const event of await client.responses.create({ model, input: 'a stream', stream: true })) {
  if (event.type === 'response.output_text.delta') said += event.delta;
  if (event.type === 'response.completed') said += ` (${event.response.status})`;
}
console.log(`responses, streamed: ${said}`);

const embeddings = await client.embeddings.create({ model, input: ['one', 'two'] });
const numbers = embeddings.data.flatMap((item) => item.embedding);
console.log(`embeddings: ${embeddings.data.length}, ${numbers.every(Number.isFinite) ? 'all numbers' : numbers}`);

const models = [];
for await (const each of client.models.list()) models.push(each.id);
console.log(`models: ${models.join(', ')}`);
console.log(`model: ${(await client.models.retrieve(models[0])).id}`);
