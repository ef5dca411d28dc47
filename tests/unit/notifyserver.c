/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A notification server for the tests, on the session bus: writes "SUMMARY|BODY" of each notice to
 * a file, newlines as "/". `notifyserver FILE hang` takes a notice and never answers.
 */
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

static const char interface[] =
    "<node><interface name='org.freedesktop.Notifications'>"
    "<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/>"
    "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='as' direction='in'/><arg type='a{sv}' direction='in'/>"
    "<arg type='i' direction='in'/><arg type='u' direction='out'/></method>"
    "<method name='GetServerInformation'><arg type='s' direction='out'/>"
    "<arg type='s' direction='out'/><arg type='s' direction='out'/>"
    "<arg type='s' direction='out'/></method>"
    "<method name='GetCapabilities'><arg type='as' direction='out'/></method>"
    "</interface></node>";

typedef struct {
    const char *file;
    gboolean hang;
} Server;

static void
write_down(const Server *server, const char *summary, const char *body)
{
    g_autofree char *text = g_strdup_printf("%s|%s", summary, body);
    FILE *out = fopen(server->file, "a");

    if (out) {
        fprintf(out, "%s\n", g_strdelimit(text, "\n", '/'));
        (void)fclose(out);
    }
}

static void
on_call(GDBusConnection *connection, const char *sender, const char *path, const char *name,
        const char *method, GVariant *args, GDBusMethodInvocation *call, gpointer data)
{
    const Server *server = data;
    const char *const capabilities[] = {"body", "body-markup", NULL};

    if (g_str_equal(method, "GetServerInformation")) {
        g_dbus_method_invocation_return_value(call,
                                              g_variant_new("(ssss)", "test", "test", "1", "1.2"));
    } else if (g_str_equal(method, "GetCapabilities")) {
        g_dbus_method_invocation_return_value(call, g_variant_new("(^as)", capabilities));
    } else {
        const char *summary, *body;
        g_variant_get_child(args, 3, "&s", &summary);
        g_variant_get_child(args, 4, "&s", &body);
        write_down(server, summary, body);
        if (!server->hang)
            g_dbus_method_invocation_return_value(call, g_variant_new("(u)", 1));
    }
}

static void
on_name(GDBusConnection *connection, const char *name, gpointer data)
{
    printf("ready\n");
    (void)fflush(stdout);
}

static void
on_bus(GDBusConnection *connection, const char *name, gpointer data)
{
    static const GDBusInterfaceVTable calls = {.method_call = on_call};
    g_autoptr(GDBusNodeInfo) info = g_dbus_node_info_new_for_xml(interface, NULL);

    (void)g_dbus_connection_register_object(connection, "/org/freedesktop/Notifications",
                                            info->interfaces[0], &calls, data, NULL, NULL);
}

int
main(int argc, char **argv)
{
    Server server = {argc > 1 ? argv[1] : "/dev/null", argc > 2 && strcmp(argv[2], "hang") == 0};

    (void)g_bus_own_name(G_BUS_TYPE_SESSION, "org.freedesktop.Notifications", 0, on_bus, on_name,
                         NULL, &server, NULL);
    g_main_loop_run(g_main_loop_new(NULL, FALSE));
    return 0;
}
