"use strict";

/** What fails a node, in n8n's sense: it can be continued after, and is told. */
class Refusal extends Error {}

/** What this logic does not play: the real engine has to. It ends the replay, and is no finding about a workflow. */
class Unknown extends Error {}

/** Why a run does nothing more: it was killed. */
class Killed extends Error {}

/** Hold an object's keys to those that are played here. */
function only(object, keys, where) {
  const other = Object.keys(object ?? {}).filter((key) => !keys.includes(key));
  if (other.length) throw new Unknown(`${where}: ${other.join(", ")}`);
}

module.exports = { Refusal, Unknown, Killed, only };
