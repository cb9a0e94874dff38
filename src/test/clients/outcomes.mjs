// What OpenAI's client makes of each model's answer, plain and streamed.
// Usage: API_KEY=… node outcomes.mjs BASE_URL MODEL…
import OpenAI from 'openai';

const [baseURL, ...models] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: process.env.API_KEY, maxRetries: 0 });
const messages = [{ role: 'user', content: 'hello' }];

const outcome = async (call) => {
  try {
    return await call();
  } catch (refused) {
    return `${refused.constructor.name} ${refused.message}`;
  }
};

for (const model of models) {
  console.log(`${model}: ${await outcome(async () => {
    const answer = await client.chat.completions.create({ model, messages });
    return answer.choices[0].message.content;
  })}`);
  console.log(`${model}, streamed: ${await outcome(async () => {
    let said = '';
    for await (const piece of await client.chat.completions.create({ model, messages, stream: true })) {
      said += piece.choices[0]?.delta?.content ?? '';
    }
    return said;
  })}`);
}
