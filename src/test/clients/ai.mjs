// Vercel's AI SDK with a provider that is compatible to OpenAI. Usage: API_KEY=… node ai.mjs BASE_URL MODEL
import { embed, generateText, streamText } from 'ai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';

const [baseURL, model] = process.argv.slice(2);
const provider = createOpenAICompatible({ name: 'amplihack', baseURL, apiKey: process.env.API_KEY });

const ask = async (prompt) => (await generateText({ model: provider(model), prompt })).text;
const stream = async (prompt) => {
  let said = '';
  for await (const piece of streamText({ model: provider(model), prompt }).textStream) said += piece;
  return said;
};

for (const turn of [1, 2]) {
  console.log(`text: ${await ask(`turn ${turn}`)}`);
  console.log(`text, streamed: ${await stream(`turn ${turn}`)}`);
}

const names = ['ada', 'bob', 'eve', 'joe'];
console.log(`at once: ${(await Promise.all(names.map((name) => ask(name)))).join(', ')}`);
console.log(`at once, streamed: ${(await Promise.all(names.map((name) => stream(name)))).join(', ')}`);

const { embedding } = await embed({ model: provider.embeddingModel(model), value: 'one' });
console.log(`embedding: ${embedding.length > 0 && embedding.every(Number.isFinite)}`);
