// What the nodes before the answer of a webhook make of requests: lines [body, header] in, one list of answers out.
const { createHmac } = require("node:crypto");
const { readFileSync } = require("node:fs");

const { template, secrets, now, requests } = JSON.parse(readFileSync(0, "utf8"));
const nodes = Object.fromEntries(template.nodes.map((node) => [node.name, node.parameters]));
const $now = { toMillis: () => now * 1000 };

function expression(text) {
  const [, code] = /^=\{\{([^]*)\}\}$/.exec(text);
  return new Function("$json", "$now", `return (${code});`);
}

const assigned = nodes["What was signed"].assignments.assignments.map(({ name, value }) => [name, expression(value)]);
const steps = [
  ["Expected signature", "Signed by Stripe?", secrets[0]],
  ["Expected with the previous secret", "Signed with the previous secret?", secrets[1]],
].map(([crypto, question, secret]) => ({
  name: nodes[crypto].dataPropertyName, value: expression(nodes[crypto].value), secret,
  conditions: nodes[question].conditions.conditions.map(({ leftValue }) => expression(leftValue)),
}));

const answers = requests.map(([body, header]) => {
  const came = { headers: header === null ? {} : { "stripe-signature": header }, raw: body };
  let item = Object.fromEntries(assigned.map(([name, value]) => [name, value(came, $now)]));
  return steps.some(({ name, value, secret, conditions }) => {
    item = { ...item, [name]: createHmac("sha256", secret).update(value(item, $now)).digest("hex") };
    return conditions.every((holds) => holds(item, $now) === true);
  });
});
process.stdout.write(JSON.stringify(answers));
