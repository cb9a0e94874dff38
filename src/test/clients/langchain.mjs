// LangChain.js. Usage: API_KEY=… node langchain.mjs BASE_URL MODEL
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';

const [baseURL, model] = process.argv.slice(2);
const options = { model, apiKey: process.env.API_KEY, configuration: { baseURL } };
const chat = new ChatOpenAI(options);

const ask = async (text) => (await chat.invoke(text)).text;
const stream = async (text) => {
  let said = '';
  for await (const piece of await chat.stream(text)) said += piece.text;
  return said;
};

for (const turn of [1, 2]) {
  console.log(`invoke: ${await ask(`turn ${turn}`)}`);
  console.log(`stream: ${await stream(`turn ${turn}`)}`);
}

const names = ['ada', 'bob', 'eve', 'joe'];
console.log(`batch: ${(await chat.batch(names)).map((message) => message.text).join(', ')}`);
console.log(`at once, streamed: ${(await Promise.all(names.map((name) => stream(name)))).join(', ')}`);

const vectors = await new OpenAIEmbeddings(options).embedDocuments(['one', 'two']);
console.log(`embeddings: ${vectors.length}, ${vectors.flat().every(Number.isFinite) ? 'all numbers' : vectors}`);
