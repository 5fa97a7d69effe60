/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The plugin manager's parts put together: the list on the left, and on the right what there is to know
 * and to set of the plugin that is chosen; which one that is, and when it is looked at again. All of it is
 * drawn from what the library answers.
 */
#include <qi/plugin_manager.hpp>

#include <QtCore/qdir.h>
#include <QtCore/qpointer.h>
#include <QtCore/qtimer.h>
#include <QtCore/qurl.h>
#include <QtGui/qaction.h>
#include <QtGui/qdesktopservices.h>
#include <QtGui/qevent.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qlistview.h>
#include <QtWidgets/qmenu.h>
#include <QtWidgets/qscrollarea.h>
#include <QtWidgets/qsplitter.h>
#include <QtWidgets/qtabbar.h>
#include <QtWidgets/qtabwidget.h>
#include <QtWidgets/qtoolbutton.h>

#include "first_focus.h"
#include "plain_label.h"
#include "plugin_calls.h"
#include "plugin_delegate.h"
#include "plugin_errors.h"
#include "plugin_events.h"
#include "plugin_head.h"
#include "plugin_info.h"
#include "plugin_model.h"
#include "plugin_page.h"
#include "settings_form.h"
#include "theme.h"
#include "values.h"
#include "widget_action.h"
#include "word_filter.h"

namespace qi
{
QI_ABI_BEGIN

/* How often the counts of the plugin that is shown are looked at, while somebody sees them. */
static constexpr int kCountMs = 1000;

class PluginManagerPrivate
{
  public:
    PluginManagerPrivate(PluginManager *manager, qi_runtime *runtime);

    void makeActions();
    void makeList();
    void makeTabs();
    void makeLayout();
    void fit(QSize size);
    void connectParts();
    QAction *action(theme::Icon icon, const QString &text, const QKeySequence &key,
                    const QString &about)
    {
        return widget_action(q, icon, text, key, about);
    }

    void refresh();
    void count();
    void choose(const QString &id);
    void showCurrent();
    void showErrors(const PluginInfo &info);
    void run(PluginCalls::Call call, bool isEnd = false);
    void ended(const QString &plugin, int status, const QString &message);
    QString store(const QString &plugin, const QString &key, const QVariant &value);
    void openFolder();
    void openMenu(const QPoint &place);
    const PluginInfo *plugin() const { return model.plugin(current); }

    PluginManager *q;
    PluginEvents events;
    PluginCalls calls;
    PluginModel model;
    WordFilter filter;
    QString current, wanted; /* wanted: to be shown as soon as it is known */
    QTimer *counting; /* for what changes without an event: the counts of a plugin that is on */

    QAction *enable, *disable, *reload, *withdraw, *open, *rescan, *find;
    QLineEdit *words;
    QListView *list;
    QLabel *nothing;
    PluginHead *head;
    QTabWidget *tabs;
    PluginPage *page;
    SettingsForm *form;
    PluginErrors *errors;
    QWidget *details;
    QSplitter *split;
    QScrollArea *scroll; /* what the details are in, where there is little room */
};

/* -- what it is made of ------------------------------------------------------------------------- */

PluginManagerPrivate::PluginManagerPrivate(PluginManager *manager, qi_runtime *runtime)
    : q(manager), events(runtime)
{
    filter.setFilterRole(PluginModel::SearchRole);
    filter.setSourceModel(&model);
    makeActions();
    makeList();
    makeTabs();
    makeLayout();
    connectParts();
    counting = new QTimer(q);
    counting->setSingleShot(true);
    counting->setInterval(kCountMs);
    QObject::connect(counting, &QTimer::timeout, q, [this] {
        if (q->isVisible())
            count();
    });
    refresh();
}

void PluginManagerPrivate::connectParts()
{
    /* Nobody looks while it is hidden; showing it brings it up to date. */
    QObject::connect(&events, &PluginEvents::changed, q, [this] {
        if (q->isVisible())
            refresh();
    });
    QObject::connect(&events, &PluginEvents::failed, errors, &PluginErrors::record);
    QObject::connect(&calls, &PluginCalls::began, q, [this] {
        head->say({});
        showCurrent();
    });
    QObject::connect(&calls, &PluginCalls::progressed, q, [this](const QString &plugin) {
        if (plugin == current && q->isVisible())
            showCurrent();
    });
    QObject::connect(&calls, &PluginCalls::ended, q,
                     [this](const QString &plugin, int status, const QString &message) {
                         ended(plugin, status, message);
                     });
}

void PluginManagerPrivate::makeActions()
{
    enable = action(theme::Icon::Enable, PluginManager::tr("Enable"), {},
                    PluginManager::tr("Let the plugin run"));
    disable = action(theme::Icon::Disable, PluginManager::tr("Disable"), {},
                     PluginManager::tr("End the plugin"));
    reload = action(
        theme::Icon::Reload, PluginManager::tr("Reload"), QKeySequence(Qt::Key_F5),
        PluginManager::tr("End the plugin and start it with its files as they are now"));
    withdraw = action(theme::Icon::Warning, PluginManager::tr("Withdraw consent"), {},
                      PluginManager::tr("End the plugin, and ask again before it runs"));
    open = action(theme::Icon::Folder, PluginManager::tr("Open folder"), {},
                  PluginManager::tr("Show the plugin's files"));
    rescan = action(theme::Icon::Search, PluginManager::tr("Look for plugins"),
                    QKeySequence(Qt::SHIFT | Qt::Key_F5),
                    PluginManager::tr("Look for plugins that have come or gone"));
    find = action(theme::Icon::Filter, PluginManager::tr("Filter"), QKeySequence::Find,
                  PluginManager::tr("Type what the plugins shall contain"));
    QObject::connect(enable, &QAction::triggered, q, &PluginManager::enableCurrent);
    QObject::connect(disable, &QAction::triggered, q, &PluginManager::disableCurrent);
    QObject::connect(reload, &QAction::triggered, q, &PluginManager::reloadCurrent);
    QObject::connect(withdraw, &QAction::triggered, q, [this] { run(qi_plugin_withdraw, true); });
    QObject::connect(rescan, &QAction::triggered, q, &PluginManager::rescan);
    QObject::connect(open, &QAction::triggered, q, [this] { openFolder(); });
    QObject::connect(find, &QAction::triggered, q, [this] {
        words->setFocus(Qt::ShortcutFocusReason);
        words->selectAll();
    });
}

void PluginManagerPrivate::makeList()
{
    words = new QLineEdit(q);
    words->setObjectName(QStringLiteral("filter"));
    words->setPlaceholderText(PluginManager::tr("Filter plugins"));
    words->setAccessibleName(words->placeholderText());
    words->setClearButtonEnabled(true);
    QObject::connect(words, &QLineEdit::textChanged, q,
                     [this](const QString &text) { filter.setWords(text); });

    list = new QListView(q);
    list->setObjectName(QStringLiteral("plugins"));
    list->setAccessibleName(PluginManager::tr("Plugins"));
    list->setItemDelegate(new PluginDelegate(list));
    list->setModel(&filter);
    list->setUniformItemSizes(true);
    list->setContextMenuPolicy(Qt::CustomContextMenu);
    QObject::connect(list, &QWidget::customContextMenuRequested, q,
                     [this](const QPoint &place) { openMenu(place); });
    QObject::connect(list->selectionModel(), &QItemSelectionModel::currentChanged, q,
                     [this](const QModelIndex &index) {
                         if (index.isValid())
                             choose(index.data(PluginModel::IdRole).toString());
                     });
    /* Enter and a double click turn a plugin on, or off. */
    QObject::connect(list, &QAbstractItemView::activated, q, [this] {
        if (enable->isEnabled())
            q->enableCurrent();
        else if (disable->isEnabled())
            q->disableCurrent();
    });
}

void PluginManagerPrivate::makeTabs()
{
    tabs = new QTabWidget(q);
    tabs->setObjectName(QStringLiteral("tabs"));
    tabs->tabBar()->setAccessibleName(PluginManager::tr("Details of the plugin"));
    page = new PluginPage(tabs);
    page->setObjectName(QStringLiteral("page"));
    page->setAccessibleName(PluginManager::tr("About the plugin"));
    QObject::connect(page, &PluginPage::folderRequested, q, [this] { openFolder(); });
    form = new SettingsForm([this](const QString &plugin, const QString &key,
                                   const QVariant &value) { return store(plugin, key, value); },
                            tabs);
    form->setObjectName(QStringLiteral("settings"));
    errors = new PluginErrors(tabs);
    QObject::connect(errors, &PluginErrors::openRequested, q, &PluginManager::openRequested);

    tabs->addTab(page, theme::icon(theme::Icon::Info), PluginManager::tr("About"));
    tabs->addTab(form, theme::icon(theme::Icon::Settings), PluginManager::tr("Settings"));
    tabs->addTab(errors, theme::icon(theme::Icon::Error), PluginManager::tr("Errors"));
}

void PluginManagerPrivate::makeLayout()
{
    auto *left = new QWidget(q);
    auto *leftColumn = new QVBoxLayout(left);
    auto *bar = new QHBoxLayout;
    leftColumn->setContentsMargins(0, 0, 0, 0);
    bar->addWidget(words, 1);
    auto *look = new QToolButton(left);
    look->setDefaultAction(rescan);
    look->setAutoRaise(true);
    look->setFocusPolicy(Qt::TabFocus);
    look->setAccessibleName(rescan->iconText());
    bar->addWidget(look);
    leftColumn->addLayout(bar);
    leftColumn->addWidget(list, 1);
    nothing = plain_label(left);
    nothing->setAlignment(Qt::AlignCenter);
    leftColumn->addWidget(nothing);

    details = new QWidget(q);
    auto *column = new QVBoxLayout(details);
    column->setContentsMargins(column->spacing(), 0, 0, 0);
    head = new PluginHead({enable, disable, reload, open}, details);
    column->addWidget(head);
    column->addWidget(tabs, 1);

    split = new QSplitter(q);
    scroll = new QScrollArea(q);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(details);
    details->setAutoFillBackground(false);
    scroll->viewport()->setAutoFillBackground(false);
    split->addWidget(left);
    split->addWidget(scroll);
    split->setStretchFactor(0, 2);
    split->setStretchFactor(1, 3);
    split->setSizes({200, 300}); // in proportion, whatever the words in them would like
    split->setChildrenCollapsible(false);
    auto *all = new QVBoxLayout(q);
    all->addWidget(split);
    const QFontMetrics letter = q->fontMetrics();
    q->setMinimumSize(letter.averageCharWidth() * 30, letter.height() * 7);
}

/* In a narrow dock the details stand below the list. */
void PluginManagerPrivate::fit(QSize size)
{
    const int letters = size.width() / q->fontMetrics().averageCharWidth();

    split->setOrientation(letters < 70 ? Qt::Vertical : Qt::Horizontal);
}

/* -- showing ------------------------------------------------------------------------------------ */

void PluginManagerPrivate::refresh()
{
    values::Owned answer;
    qi_runtime *runtime = events.runtime();
    QString problem;

    events.listen();
    if (!runtime)
        problem = PluginManager::tr("Python is not running.");
    else if (qi_plugins_found(runtime, answer.out()) != QI_OK)
        problem = QString::fromUtf8(qi_last_error()->message);
    model.update(readPlugins(answer.get()));
    if (problem.isEmpty() && model.rowCount() == 0)
        problem = qi_plugins_searching(runtime) ? PluginManager::tr("Looking for plugins…")
                                                : PluginManager::tr("There are no plugins.");
    nothing->setText(problem);
    nothing->setVisible(!problem.isEmpty());
    list->setVisible(problem.isEmpty());
    if (!wanted.isEmpty() && model.plugin(wanted))
        q->setCurrentPlugin(std::exchange(wanted, {}));
    else if (!plugin() && filter.rowCount() > 0)
        list->setCurrentIndex(filter.index(0, 0));
    showCurrent();
}

/* How many tasks, connections and errors a plugin has is told by no event. */
void PluginManagerPrivate::count()
{
    values::Owned answer;
    qi_runtime *runtime = events.runtime();

    if (runtime && qi_plugin_describe(runtime, current.toUtf8().constData(), answer.out()) == QI_OK)
        model.updateOne(readPlugin(answer.get()));
    showCurrent();
}

void PluginManagerPrivate::choose(const QString &id)
{
    if (id == current)
        return;
    current = id;
    head->say({});
    showCurrent();
    Q_EMIT q->currentPluginChanged(id);
}

void PluginManagerPrivate::showCurrent()
{
    const PluginInfo *shown = plugin();
    const bool isBusy = shown && (calls.isBusy(shown->id) || shown->isLoading());
    const bool isOn = shown && (shown->isActive() || shown->isLoading());

    details->setVisible(shown);
    if (isOn && q->isVisible())
        counting->start();
    enable->setEnabled(shown && !isBusy && !isOn);
    /* One that is not active, but is wanted, would be started again the next time. */
    disable->setEnabled(shown && !calls.isEnding(current) && (isOn || isBusy || shown->enabled));
    reload->setEnabled(shown && !isBusy && (isOn || shown->enabled));
    withdraw->setEnabled(shown && !calls.isEnding(current) && shown->consented);
    open->setEnabled(shown && !shown->folder.isEmpty());
    if (!shown)
        return;
    PluginCalls::Progress told = calls.progress(current);
    if (told.maximum == 0 && shown->progress >= 0) /* somebody else has it started */
        told = {int(shown->progress * 1000), 1000, told.text};
    head->setPlugin(*shown, isBusy ? &told : nullptr, q->palette());
    page->setPlugin(*shown);
    showErrors(*shown);
    /* Last: it stores what is being typed, and whoever hears of that may change the list. */
    form->setPlugin(shown->id, shown->settings);
}

void PluginManagerPrivate::showErrors(const PluginInfo &info)
{
    errors->setPlugin(info);
    const qsizetype lines = errors->lineCount();
    tabs->setTabIcon(2, theme::icon(lines ? theme::Icon::Error : theme::Icon::Stack));
    tabs->setTabText(2, lines ? PluginManager::tr("Errors (%1)").arg(lines)
                              : PluginManager::tr("Errors"));
}

/* -- doing -------------------------------------------------------------------------------------- */

void PluginManagerPrivate::run(PluginCalls::Call call, bool isEnd)
{
    /* One that was named before the search for plugins has found it is meant, and the call waits for that. */
    calls.start(call, events.runtime(), plugin() || wanted.isEmpty() ? current : wanted, isEnd);
}

void PluginManagerPrivate::ended(const QString &plugin, int status, const QString &message)
{
    if (status != QI_OK && plugin == current)
        head->say(message);
    refresh();
}

QString PluginManagerPrivate::store(const QString &plugin, const QString &key, const QVariant &value)
{
    qi_runtime *runtime = events.runtime();

    if (!runtime)
        return PluginManager::tr("Python is not running.");
    const values::Made made(value);
    if (qi_plugin_set_setting(runtime, plugin.toUtf8().constData(), key.toUtf8().constData(),
                              made.get()) == QI_OK)
        return {};
    return QString::fromUtf8(qi_last_error()->message);
}

void PluginManagerPrivate::openFolder()
{
    const PluginInfo *shown = plugin();

    if (!shown || QDesktopServices::openUrl(QUrl::fromLocalFile(shown->folder)))
        return;
    head->say(PluginManager::tr("Nothing on this system opens folders; the plugin is in %1")
                  .arg(QDir::toNativeSeparators(shown->folder)));
}

void PluginManagerPrivate::openMenu(const QPoint &place)
{
    if (!plugin())
        return;
    auto *menu = new QMenu(q);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addActions({enable, disable, reload, withdraw});
    menu->addSeparator();
    menu->addActions({open, rescan});
    menu->popup(list->viewport()->mapToGlobal(place));
}

/* -- the widget --------------------------------------------------------------------------------- */

PluginManager::PluginManager(qi_runtime *runtime, QWidget *parent)
    : QWidget(parent), d(std::make_unique<PluginManagerPrivate>(this, runtime))
{
    setWindowTitle(tr("Plugins"));
    hand_focus_to(this, d->list);
}

PluginManager::~PluginManager()
{
    /* While what their slots use is there. */
    qDeleteAll(findChildren<QWidget *>(Qt::FindDirectChildrenOnly));
}

QString PluginManager::currentPlugin() const
{
    return d->plugin() ? d->current : QString();
}

void PluginManager::setCurrentPlugin(const QString &id)
{
    const QModelIndex index = d->filter.mapFromSource(d->model.find(id));

    if (!index.isValid()) {
        d->wanted = id;
        return;
    }
    d->list->setCurrentIndex(index);
    d->choose(id);
}

QString PluginManager::filter() const
{
    return d->words->text();
}

void PluginManager::setFilter(const QString &words)
{
    d->words->setText(words);
}

void PluginManager::enableCurrent()
{
    d->run(qi_plugin_enable);
}

void PluginManager::disableCurrent()
{
    d->run(qi_plugin_disable, true);
}

void PluginManager::reloadCurrent()
{
    d->run(qi_plugin_reload);
}

void PluginManager::rescan()
{
    qi_runtime *runtime = d->events.runtime();
    const QPointer<PluginManager> self = this;

    if (!runtime)
        return;
    const int status = qi_plugins_rescan(runtime);
    if (!self)
        return;
    d->head->say(status == QI_OK ? QString() : QString::fromUtf8(qi_last_error()->message));
    d->refresh();
}

void PluginManager::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    d->fit(event->size());
}

void PluginManager::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    /* The runtime, or its plugins, may have started since. */
    QTimer::singleShot(0, this, [this] { d->refresh(); });
}

void PluginManager::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (d && event->type() == QEvent::PaletteChange)
        d->showCurrent();
}

QI_ABI_END
} // namespace qi
