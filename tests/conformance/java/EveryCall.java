import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.sourcelab.kafka.connect.apiclient.Configuration;
import org.sourcelab.kafka.connect.apiclient.KafkaConnectClient;
import org.sourcelab.kafka.connect.apiclient.request.dto.ConnectorPluginConfigDefinition;
import org.sourcelab.kafka.connect.apiclient.request.dto.NewConnectorDefinition;
import org.sourcelab.kafka.connect.apiclient.request.post.PostConnectorRestart;
import org.sourcelab.kafka.connect.apiclient.rest.exceptions.ResourceNotFoundException;

/** Makes every call that the client has. Arguments: the worker's URL, a folder, a topic that has records. */
public final class EveryCall {
    private static void check(boolean holds, String what) {
        if (!holds) throw new AssertionError(what);
    }

    private static <T> T until(Supplier<T> question, java.util.function.Predicate<T> holds, String what)
            throws InterruptedException {
        T answer = question.get();
        for (int i = 0; i < 600 && !holds.test(answer); ++i) {
            Thread.sleep(50);
            answer = question.get();
        }
        check(holds.test(answer), what + ", but " + answer);
        return answer;
    }

    public static void main(String[] arguments) throws Exception {
        KafkaConnectClient client = new KafkaConnectClient(new Configuration(arguments[0]));
        String file = arguments[1] + "/java-client.txt";
        String topic = arguments[2];
        String name = "java client";

        check(client.getConnectServerVersion().getVersion().equals("4.3.0"), "the version");
        check(client.getConnectors().isEmpty(), "no connectors");
        check(client.getConnectorPlugins().stream()
                .anyMatch(plugin -> plugin.getClassName().endsWith("FileStreamSinkConnector")), "plugins");

        var invalid = client.validateConnectorPluginConfig(ConnectorPluginConfigDefinition.newBuilder()
                .withName("FileStreamSink").withConfig("connector.class", "FileStreamSink")
                .withConfig("name", "x").build());
        check(invalid.getErrorCount() == 2, "two errors, but " + invalid.getErrorCount());
        check(invalid.getGroups().contains("Common"), "groups");
        check(!invalid.getConfigs().isEmpty(), "configs");

        var made = client.addConnector(NewConnectorDefinition.newBuilder().withName(name)
                .withConfig("connector.class", "FileStreamSink").withConfig("tasks.max", 1)
                .withConfig("file", file).withConfig("topics", topic).build());
        check(made.getName().equals(name) && made.getType().equals("sink"), "made: " + made);
        check(client.getConnectors().equals(List.of(name)), "the list");
        check(client.getConnector(name).getConfig().get("file").equals(file), "the definition");
        check(client.getConnectorConfig(name).get("topics").equals(topic), "the configuration");
        until(() -> client.getConnectorStatus(name),
                status -> status.getTasks().size() == 1 && status.getTasks().get(0).getState().equals("RUNNING"),
                "a running task");
        check(client.getConnectorTasks(name).size() == 1, "tasks");
        check(client.getConnectorTaskStatus(name, 0).getState().equals("RUNNING"), "the task's status");
        check(client.getConnectorsWithExpandedStatus().getStatusForConnector(name).getType().equals("sink"), "status");
        check(client.getConnectorsWithExpandedInfo().getDefinitionForConnector(name).getName().equals(name), "info");
        var both = client.getConnectorsWithAllExpandedMetadata();
        check(both.getMappedStatuses().size() == 1 && both.getMappedDefinitions().size() == 1, "both");

        until(() -> client.getConnectorTopics(name).getTopics(), topics -> topics.equals(List.of(topic)), "topics");
        check(client.resetConnectorTopics(name), "reset of topics");

        var updated = client.updateConnectorConfig(name, Map.of("connector.class", "FileStreamSink", "tasks.max", "2",
                "file", file, "topics", topic));
        check(updated.getConfig().get("tasks.max").equals("2"), "the new configuration");
        check(client.pauseConnector(name), "pause");
        until(() -> client.getConnectorStatus(name).getConnector().get("state"), "PAUSED"::equals, "paused");
        check(client.resumeConnector(name), "resume");
        until(() -> client.getConnectorStatus(name).getConnector().get("state"), "RUNNING"::equals, "resumed");
        check(client.restartConnector(name), "restart");
        check(client.restartConnector(new PostConnectorRestart(name).withIncludeTasks(true).withOnlyFailed(false)),
                "restart with tasks");
        until(() -> client.getConnectorTaskStatus(name, 0).getState(), "RUNNING"::equals, "restarted");
        check(client.restartConnectorTask(name, 0), "restart of a task");
        check(client.deleteConnector(name), "delete");
        try {
            client.getConnector(name);
            check(false, "it is gone");
        } catch (ResourceNotFoundException gone) {
            check(gone.getMessage().contains("not found"), gone.getMessage());
        }
        System.out.println("every call is answered");
    }
}
