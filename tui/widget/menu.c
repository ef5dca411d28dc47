/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/widget/menu.h"

#include "tui/widget/flow.h"
#include "tui/widget/list.h"

#define BORDER      2 /* cells or rows that the box takes from its inside */
#define REASON_ROWS 2

typedef struct {
    TuiAction action;
    char *label, *reason;
    gboolean choice, current;
} Item;

struct TuiMenu {
    char *title;
    GPtrArray *items;
    TuiList list;
};

static void
item_free(gpointer data)
{
    Item *item = data;
    g_free(item->label);
    g_free(item->reason);
    g_free(item);
}

TuiMenu *
tui_menu_new(const char *title)
{
    TuiMenu *menu = g_new0(TuiMenu, 1);
    menu->title = g_strdup(title);
    menu->items = g_ptr_array_new_with_free_func(item_free);
    return menu;
}

void
tui_menu_free(TuiMenu *menu)
{
    if (!menu)
        return;
    g_ptr_array_unref(menu->items);
    g_free(menu->title);
    g_free(menu);
}

static Item *
add(TuiMenu *menu, TuiAction action, const char *label)
{
    const TuiActionInfo *info = tui_action_info(action);
    Item *item = g_new0(Item, 1);
    item->action = action;
    item->label = g_strdup(label ? label : info ? info->label : "");
    g_ptr_array_add(menu->items, item);
    menu->list.n = menu->items->len;
    return item;
}

void
tui_menu_add(TuiMenu *menu, TuiAction action, const char *label, const char *reason)
{
    add(menu, action, label)->reason = g_strdup(reason);
}

void
tui_menu_add_choice(TuiMenu *menu, TuiAction action, const char *label, gboolean current)
{
    Item *item = add(menu, action, label);
    item->choice = TRUE;
    item->current = current;
    if (current)
        menu->list.cursor = menu->items->len - 1;
}

guint
tui_menu_count(const TuiMenu *menu)
{
    return menu->items->len;
}

/* ---- drawing -------------------------------------------------------------------------------- */

/* "2 * by profile", "3 reload  L": a digit, the one that holds, and the action's own key. */
static char *
item_text(const TuiMenu *menu, guint i, const TuiKeymap *keymap)
{
    const Item *item = menu->items->pdata[i];
    g_autofree char *key = tui_keymap_show(keymap, item->action, FALSE);
    GString *text = g_string_new(NULL);

    if (i < 9)
        g_string_append_printf(text, "%u ", i + 1);
    else
        g_string_append(text, "  ");
    if (item->choice)
        g_string_append(text, item->current ? "* " : "  ");
    g_string_append(text, item->label);
    if (item->reason)
        g_string_append(text, " (not now)");
    if (key[0])
        g_string_append_printf(text, "  %s", key);
    return g_string_free(text, FALSE);
}

static int
inner_width(const TuiMenu *menu, const TuiKeymap *keymap, gboolean reasons)
{
    int width = tui_canvas_text_width(menu->title);
    for (guint i = 0; i < menu->items->len; i++) {
        g_autofree char *text = item_text(menu, i, keymap);
        width = MAX(width, tui_canvas_text_width(text));
    }
    return reasons ? MAX(width, 44) : width;
}

static gboolean
has_reasons(const TuiMenu *menu)
{
    for (guint i = 0; i < menu->items->len; i++) {
        if (((const Item *)menu->items->pdata[i])->reason)
            return TRUE;
    }
    return FALSE;
}

static void
draw_border(TuiCanvas *canvas, TuiRect box)
{
    tui_canvas_fill(canvas, box, TUI_ROLE_TEXT);
    tui_canvas_horizontal(canvas, box, 0, TUI_ROLE_BORDER);
    tui_canvas_horizontal(canvas, box, box.height - 1, TUI_ROLE_BORDER);
    box.y++;
    box.height -= 2;
    tui_canvas_vertical(canvas, box, 0, TUI_ROLE_BORDER);
    tui_canvas_vertical(canvas, box, box.width - 1, TUI_ROLE_BORDER);
}

static void
draw_items(TuiMenu *menu, const TuiKeymap *keymap, TuiCanvas *canvas, TuiRect inside)
{
    tui_list_fit(&menu->list, menu->items->len, (guint)MAX(1, inside.height));
    for (guint i = 0; i < menu->list.height && menu->list.top + i < menu->list.n; i++) {
        guint row = menu->list.top + i;
        const Item *item = menu->items->pdata[row];
        g_autofree char *text = item_text(menu, row, keymap);
        TuiRole role = item->reason ? TUI_ROLE_QUIET : TUI_ROLE_TEXT;
        if (row == menu->list.cursor)
            role = TUI_ROLE_SELECTED;
        tui_canvas_put_field(canvas, inside, 0, (int)i, inside.width, text, FALSE, role);
        tui_canvas_tag(canvas, (TuiRect){inside.x, inside.y + (int)i, inside.width, 1},
                       TUI_TAG_ROW);
        if (row == menu->list.cursor)
            tui_canvas_set_cursor(canvas, inside.x, inside.y + (int)i);
    }
}

void
tui_menu_draw(TuiMenu *menu, const TuiKeymap *keymap, TuiCanvas *canvas, TuiRect rect)
{
    gboolean reasons = has_reasons(menu), framed = rect.height > 5 && rect.width > 20;
    int edge = framed ? BORDER : 0, below = reasons && rect.height > 6 ? REASON_ROWS : 0;
    int width = MIN(inner_width(menu, keymap, reasons) + edge, rect.width);
    int height = MIN((int)menu->items->len + 1 + edge + below, rect.height);
    TuiRect box = {rect.x + (rect.width - width) / 2, rect.y + (rect.height - height) / 2, width,
                   height};
    TuiRect inside = {box.x + edge / 2, box.y + edge / 2, width - edge, height - edge};

    if (framed)
        draw_border(canvas, box);
    else
        tui_canvas_fill(canvas, box, TUI_ROLE_TEXT);
    if (inside.height > 1) {
        tui_canvas_put_field(canvas, inside, 0, 0, inside.width, menu->title, FALSE,
                             TUI_ROLE_TITLE);
        inside.y++;
        inside.height--;
    }
    inside.height -= below;
    draw_items(menu, keymap, canvas, inside);
    const Item *item = menu->list.n > 0 ? menu->items->pdata[menu->list.cursor] : NULL;
    if (below && item && item->reason) {
        g_autoptr(TuiFlow) why = tui_flow_new();
        inside.y += inside.height;
        inside.height = below;
        tui_flow_add(why, TUI_ROLE_WARNING, item->reason);
        tui_flow_draw(why, canvas, inside);
    }
}

/* ---- choosing ------------------------------------------------------------------------------- */

gboolean
tui_menu_act(TuiMenu *menu, TuiAction action)
{
    return tui_list_act(&menu->list, action);
}

TuiAction
tui_menu_choose(TuiMenu *menu)
{
    const Item *item = menu->list.n > 0 ? menu->items->pdata[menu->list.cursor] : NULL;
    return item && !item->reason ? item->action : TUI_ACTION_NONE;
}

TuiAction
tui_menu_digit(TuiMenu *menu, TuiKey key)
{
    if (key < '1' || key > '9' || key - '1' >= menu->items->len)
        return TUI_ACTION_NONE;
    menu->list.cursor = key - '1';
    return tui_menu_choose(menu);
}
