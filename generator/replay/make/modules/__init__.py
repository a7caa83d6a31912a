"""The modules that the interpreter knows, by their exact names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from generator.iml.values import Value
from generator.replay.make.bench import Bench
from generator.replay.make.blueprint import Module
from generator.replay.make.modules import datastores, http, jsons, sheets, slack, tools, webhooks

Handler = Callable[[Bench, Module, Mapping[str, Value]], list[Value]]

HANDLERS: Final[dict[str, Handler]] = {
    "builtin:BasicFeeder": tools.feeder,
    "builtin:BasicRepeater": tools.repeater,
    "datastore:AddRecord": datastores.add_record,
    "datastore:DeleteAllRecords": datastores.delete_all,
    "datastore:DeleteRecord": datastores.delete_record,
    "datastore:ExistRecord": datastores.exist_record,
    "datastore:GetRecord": datastores.get_record,
    "datastore:SearchRecord": datastores.search_record,
    "datastore:Stats": datastores.stats,
    "datastore:UpdateRecord": datastores.update_record,
    "gateway:CustomWebHook": webhooks.custom_webhook,
    "gateway:WebhookRespond": webhooks.respond,
    "google-sheets:getSheetContent": sheets.range_values,
    "http:ActionSendData": http.send_data,
    "http:ActionSendDataAPIKeyAuth": http.send_data,
    "http:ActionSendDataBasicAuth": http.send_data,
    "http:MakeRequest": http.make_request,
    "json:CreateJSON": jsons.create,
    "json:ParseJSON": jsons.parse,
    "json:TransformToJSON": jsons.transform,
    "slack:CreateMessage": slack.create_message,
    "util:BasicTrigger": tools.basic_trigger,
    "util:ComposeTransformer": tools.compose,
    "util:FunctionIncrement": tools.increment,
    "util:FunctionSleep": tools.sleep,
    "util:GetVariable2": tools.get_variable,
    "util:GetVariables": tools.get_variables,
    "util:SetVariable2": tools.set_variable,
    "util:SetVariables": tools.set_variables,
    "util:Switcher": tools.switcher,
}
