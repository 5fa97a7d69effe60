<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
<context>
    <name>qi::ConsentDialog</name>
    <message>
        <source>Plugin has changed</source>
        <translation>Plugin hat sich geändert</translation>
    </message>
    <message>
        <source>Enable plugin</source>
        <translation>Plugin einschalten</translation>
    </message>
    <message>
        <source>Name:</source>
        <translation>Name:</translation>
    </message>
    <message>
        <source>Version:</source>
        <translation>Version:</translation>
    </message>
    <message>
        <source>Says it is by:</source>
        <translation>Nennt als Urheber:</translation>
    </message>
    <message>
        <source>Folder:</source>
        <translation>Ordner:</translation>
    </message>
    <message>
        <source>Fingerprint:</source>
        <translation>Fingerabdruck:</translation>
    </message>
    <message>
        <source>A plugin can do everything that this application can: read, change and delete your files, use the network, and start programs. Nothing restrains it. Enable it only if you trust where it came from.</source>
        <translation>Ein Plugin kann alles, was diese Anwendung kann: Ihre Dateien lesen, ändern und löschen, das Netz benutzen und Programme starten. Nichts hält es zurück. Schalten Sie es nur ein, wenn Sie seiner Herkunft vertrauen.</translation>
    </message>
    <message>
        <source>The files of the plugin “%1” have changed since you allowed it. Allow it to run as it is now?</source>
        <translation>Die Dateien des Plugins „%1“ haben sich geändert, seit Sie es erlaubt haben. Darf es so laufen, wie es jetzt ist?</translation>
    </message>
    <message>
        <source>You have allowed the plugin “%1” that is in another folder. Allow the one in this folder to run?</source>
        <translation>Sie haben das Plugin „%1“ in einem anderen Ordner erlaubt. Darf das in diesem Ordner laufen?</translation>
    </message>
    <message>
        <source>Allowed so far:</source>
        <translation>Bisher erlaubt:</translation>
    </message>
    <message>
        <source>Allow the plugin “%1” to run?</source>
        <translation>Darf das Plugin „%1“ laufen?</translation>
    </message>
    <message>
        <source>Files that have changed</source>
        <translation>Geänderte Dateien</translation>
    </message>
    <message>
        <source>&amp;Yes, allow it to run</source>
        <translation>&amp;Ja, es darf laufen</translation>
    </message>
    <message>
        <source>&amp;No</source>
        <translation>&amp;Nein</translation>
    </message>
</context>
<context>
    <name>qi::CounterPlots</name>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>Turns/s</source>
        <translation>Durchgänge/s</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>Lag</source>
        <translation>Verzug</translation>
    </message>
    <message>
        <source>Busy</source>
        <translation>Beschäftigt</translation>
    </message>
    <message>
        <source>Tasks</source>
        <translation>Aufgaben</translation>
    </message>
</context>
<context>
    <name>qi::PluginErrors</name>
    <message>
        <source>Errors of the plugin</source>
        <translation>Fehler des Plugins</translation>
    </message>
    <message>
        <source>Traceback</source>
        <translation>Aufrufverlauf</translation>
    </message>
    <message>
        <source>No errors.</source>
        <translation>Keine Fehler.</translation>
    </message>
</context>
<context>
    <name>qi::PluginHead</name>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
</context>
<context>
    <name>qi::PluginManager</name>
    <message>
        <source>Not enabled</source>
        <translation>Nicht eingeschaltet</translation>
    </message>
    <message>
        <source>Disabled</source>
        <translation>Ausgeschaltet</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>Wird geladen …</translation>
    </message>
    <message>
        <source>Active</source>
        <translation>Aktiv</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Fehlgeschlagen</translation>
    </message>
    <message>
        <source>Blocked</source>
        <translation>Gesperrt</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>Wird gestartet …</translation>
    </message>
    <message>
        <source>Ending…</source>
        <translation>Wird beendet …</translation>
    </message>
    <message>
        <source>Reloading…</source>
        <translation>Wird neu geladen …</translation>
    </message>
    <message>
        <source>Enable</source>
        <translation>Einschalten</translation>
    </message>
    <message>
        <source>Let the plugin run</source>
        <translation>Das Plugin laufen lassen</translation>
    </message>
    <message>
        <source>Disable</source>
        <translation>Ausschalten</translation>
    </message>
    <message>
        <source>End the plugin</source>
        <translation>Das Plugin beenden</translation>
    </message>
    <message>
        <source>Reload</source>
        <translation>Neu laden</translation>
    </message>
    <message>
        <source>End the plugin and start it with its files as they are now</source>
        <translation>Das Plugin beenden und mit seinen jetzigen Dateien starten</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Show the plugin&apos;s files</source>
        <translation>Die Dateien des Plugins zeigen</translation>
    </message>
    <message>
        <source>Withdraw consent</source>
        <translation>Zustimmung widerrufen</translation>
    </message>
    <message>
        <source>End the plugin, and ask again before it runs</source>
        <translation>Das Plugin beenden und erneut fragen, ehe es läuft</translation>
    </message>
    <message>
        <source>Looking for plugins…</source>
        <translation>Plugins werden gesucht…</translation>
    </message>
    <message>
        <source>Look for plugins</source>
        <translation>Nach Plugins suchen</translation>
    </message>
    <message>
        <source>Look for plugins that have come or gone</source>
        <translation>Nach Plugins suchen, die hinzugekommen oder verschwunden sind</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Type what the plugins shall contain</source>
        <translation>Was die Plugins enthalten sollen</translation>
    </message>
    <message>
        <source>Filter plugins</source>
        <translation>Plugins filtern</translation>
    </message>
    <message>
        <source>Plugins</source>
        <translation>Plugins</translation>
    </message>
    <message>
        <source>Details of the plugin</source>
        <translation>Einzelheiten des Plugins</translation>
    </message>
    <message>
        <source>About the plugin</source>
        <translation>Über das Plugin</translation>
    </message>
    <message>
        <source>About</source>
        <translation>Über</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Python is not running.</source>
        <translation>Python läuft nicht.</translation>
    </message>
    <message>
        <source>There are no plugins.</source>
        <translation>Es gibt keine Plugins.</translation>
    </message>
    <message>
        <source>Errors (%1)</source>
        <translation>Fehler (%1)</translation>
    </message>
    <message>
        <source>Nothing on this system opens folders; the plugin is in %1</source>
        <translation>Nichts auf diesem System öffnet Ordner; das Plugin liegt in %1</translation>
    </message>
    <message>
        <source>No plugin offers anything here</source>
        <translation>Kein Plugin bietet hier etwas an</translation>
    </message>
</context>
<context>
    <name>qi::PluginPage</name>
    <message>
        <source>of this user</source>
        <translation>dieses Benutzers</translation>
    </message>
    <message>
        <source>of this system</source>
        <translation>dieses Systems</translation>
    </message>
    <message>
        <source>of this application</source>
        <translation>dieser Anwendung</translation>
    </message>
    <message>
        <source>Identifier</source>
        <translation>Kennung</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Authors</source>
        <translation>Autoren</translation>
    </message>
    <message>
        <source>Home page</source>
        <translation>Webseite</translation>
    </message>
    <message>
        <source>License</source>
        <translation>Lizenz</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Installed</source>
        <translation>Installiert</translation>
    </message>
    <message>
        <source>Allowed to run</source>
        <translation>Darf laufen</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>ja</translation>
    </message>
    <message>
        <source>not yet</source>
        <translation>noch nicht</translation>
    </message>
    <message>
        <source>Tasks</source>
        <translation>Aufgaben</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>Verbindungen</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>Probleme</translation>
    </message>
    <message>
        <source>%1 is installed</source>
        <translation>%1 ist installiert</translation>
    </message>
    <message>
        <source>Needs</source>
        <translation>Benötigt</translation>
    </message>
    <message>
        <source>Actions</source>
        <translation>Aktionen</translation>
    </message>
    <message>
        <source>Contributes</source>
        <translation>Trägt bei</translation>
    </message>
    <message>
        <source>Timers</source>
        <translation>Zeitgeber</translation>
    </message>
    <message>
        <source>Modules</source>
        <translation>Module</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>Threads</translation>
    </message>
    <message>
        <source>Descriptors</source>
        <translation>Deskriptoren</translation>
    </message>
    <message>
        <source>Objects</source>
        <translation>Objekte</translation>
    </message>
    <message>
        <source>Processes</source>
        <translation>Prozesse</translation>
    </message>
    <message>
        <source>State of the process</source>
        <translation>Zustand des Prozesses</translation>
    </message>
    <message>
        <source>When it was last disabled</source>
        <translation>Beim letzten Ausschalten</translation>
    </message>
    <message>
        <source>Nothing was left behind.</source>
        <translation>Es blieb nichts zurück.</translation>
    </message>
    <message>
        <source>This was left behind:</source>
        <translation>Dies blieb zurück:</translation>
    </message>
</context>
<context>
    <name>qi::ScriptConsole</name>
    <message>
        <source>Completions</source>
        <translation>Vervollständigungen</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>… [%L1 more characters]</source>
        <translation>… [%L1 weitere Zeichen]</translation>
    </message>
    <message>
        <source>Open %1 at line %2</source>
        <translation>%1 bei Zeile %2 öffnen</translation>
    </message>
    <message>
        <source>Open the file</source>
        <translation>Datei öffnen</translation>
    </message>
    <message>
        <source>Cancel the input</source>
        <translation>Eingabe abbrechen</translation>
    </message>
    <message>
        <source>Cancel the input that runs (Ctrl+C)</source>
        <translation>Die laufende Eingabe abbrechen (Strg+C)</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>Forget the output (Ctrl+L)</source>
        <translation>Die Ausgabe verwerfen (Strg+L)</translation>
    </message>
    <message>
        <source>Origins</source>
        <translation>Herkunft</translation>
    </message>
    <message>
        <source>Whose output is shown</source>
        <translation>Wessen Ausgabe gezeigt wird</translation>
    </message>
    <message>
        <source>Wrap lines</source>
        <translation>Zeilen umbrechen</translation>
    </message>
    <message>
        <source>Wrap long lines</source>
        <translation>Lange Zeilen umbrechen</translation>
    </message>
    <message>
        <source>Search the history:</source>
        <translation>Verlauf durchsuchen:</translation>
    </message>
    <message>
        <source>Search the history</source>
        <translation>Verlauf durchsuchen</translation>
    </message>
    <message>
        <source>Ctrl+R: older, Enter: take, Escape: leave</source>
        <translation>Strg+R: ältere, Eingabe: übernehmen, Escape: verlassen</translation>
    </message>
    <message>
        <source>Output of the console</source>
        <translation>Ausgabe der Konsole</translation>
    </message>
    <message>
        <source>Input of the console</source>
        <translation>Eingabe der Konsole</translation>
    </message>
    <message>
        <source>Python: Enter runs, Shift+Enter begins a new line, Tab completes</source>
        <translation>Python: Eingabe führt aus, Umschalt+Eingabe beginnt eine neue Zeile, Tab vervollständigt</translation>
    </message>
    <message>
        <source>An input is running; Ctrl+C cancels it</source>
        <translation>Eine Eingabe läuft; Strg+C bricht sie ab</translation>
    </message>
    <message>
        <source>The application goes on: to end it, close its window.</source>
        <translation>Die Anwendung läuft weiter: zum Beenden schließen Sie ihr Fenster.</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>Abgebrochen.</translation>
    </message>
    <message>
        <source>The console takes no input: %1</source>
        <translation>Die Konsole nimmt keine Eingaben an: %1</translation>
    </message>
    <message>
        <source>running…</source>
        <translation>läuft …</translation>
    </message>
    <message>
        <source>The script asks</source>
        <translation>Das Skript fragt</translation>
    </message>
    <message>
        <source>One line of input:</source>
        <translation>Eine Zeile Eingabe:</translation>
    </message>
    <message>
        <source>[%L1 lines were left out here]</source>
        <translation>[Hier wurden %L1 Zeilen ausgelassen]</translation>
    </message>
    <message>
        <source>The application</source>
        <translation>Die Anwendung</translation>
    </message>
    <message>
        <source>%L1 older lines were dropped; %L2 are kept</source>
        <translation>%L1 ältere Zeilen wurden verworfen; %L2 werden behalten</translation>
    </message>
    <message>
        <source>The history is not kept: %1</source>
        <translation>Der Verlauf wird nicht gespeichert: %1</translation>
    </message>
    <message>
        <source>it is no file</source>
        <translation>es ist keine Datei</translation>
    </message>
    <message>
        <source>other users may write to it</source>
        <translation>andere Benutzer dürfen hineinschreiben</translation>
    </message>
    <message>
        <source>Not in the history:</source>
        <translation>Nicht im Verlauf:</translation>
    </message>
    <message>
        <source>Console</source>
        <translation>Konsole</translation>
    </message>
    <message>
        <source>Find in the output</source>
        <translation>In der Ausgabe suchen</translation>
    </message>
    <message>
        <source>Regular expression</source>
        <translation>Regulärer Ausdruck</translation>
    </message>
    <message>
        <source>What is typed is a regular expression</source>
        <translation>Das Gesuchte ist ein regulärer Ausdruck</translation>
    </message>
    <message>
        <source>Match case</source>
        <translation>Groß- und Kleinschreibung</translation>
    </message>
    <message>
        <source>Capital letters differ from small ones</source>
        <translation>Große Buchstaben unterscheiden sich von kleinen</translation>
    </message>
    <message>
        <source>Previous match</source>
        <translation>Vorige Fundstelle</translation>
    </message>
    <message>
        <source>Previous match (Shift+F3)</source>
        <translation>Vorige Fundstelle (Umschalt+F3)</translation>
    </message>
    <message>
        <source>Next match</source>
        <translation>Nächste Fundstelle</translation>
    </message>
    <message>
        <source>Next match (F3)</source>
        <translation>Nächste Fundstelle (F3)</translation>
    </message>
    <message>
        <source>Stop finding</source>
        <translation>Suche beenden</translation>
    </message>
    <message>
        <source>Stop finding (Escape)</source>
        <translation>Suche beenden (Escape)</translation>
    </message>
    <message>
        <source>not valid</source>
        <translation>ungültig</translation>
    </message>
    <message>
        <source>too slow</source>
        <translation>zu langsam</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>%L1 found</source>
        <translation>%L1 gefunden</translation>
    </message>
    <message>
        <source>%L1 of %L2</source>
        <translation>%L1 von %L2</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Find in the output (Ctrl+F)</source>
        <translation>In der Ausgabe suchen (Strg+F)</translation>
    </message>
    <message>
        <source>Find…</source>
        <translation>Suchen …</translation>
    </message>
    <message>
        <source>Save the output…</source>
        <translation>Ausgabe speichern …</translation>
    </message>
    <message>
        <source>Save the output as text or HTML</source>
        <translation>Die Ausgabe als Text oder HTML speichern</translation>
    </message>
    <message>
        <source>Run a file…</source>
        <translation>Datei ausführen …</translation>
    </message>
    <message>
        <source>Run a file of Python here</source>
        <translation>Eine Python-Datei hier ausführen</translation>
    </message>
    <message>
        <source>Larger letters</source>
        <translation>Größere Schrift</translation>
    </message>
    <message>
        <source>Smaller letters</source>
        <translation>Kleinere Schrift</translation>
    </message>
    <message>
        <source>Usual letters</source>
        <translation>Übliche Schrift</translation>
    </message>
    <message>
        <source>Letters of the usual size</source>
        <translation>Schrift in der üblichen Größe</translation>
    </message>
    <message>
        <source>Save the output</source>
        <translation>Ausgabe speichern</translation>
    </message>
    <message>
        <source>Text (*.txt)</source>
        <translation>Text (*.txt)</translation>
    </message>
    <message>
        <source>Pages with colours (*.html)</source>
        <translation>Seiten mit Farben (*.html)</translation>
    </message>
    <message>
        <source>%1 cannot be written: %2</source>
        <translation>%1 lässt sich nicht schreiben: %2</translation>
    </message>
    <message>
        <source>Run a file</source>
        <translation>Datei ausführen</translation>
    </message>
    <message>
        <source>Python (*.py)</source>
        <translation>Python (*.py)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
</context>
<context>
    <name>qi::SettingEditor</name>
    <message>
        <source>Choose a file or a folder</source>
        <translation>Datei oder Ordner wählen</translation>
    </message>
    <message>
        <source>%1: choose</source>
        <translation>%1: wählen</translation>
    </message>
    <message>
        <source>Choose a &amp;file…</source>
        <translation>&amp;Datei wählen …</translation>
    </message>
    <message>
        <source>Choose a fol&amp;der…</source>
        <translation>&amp;Ordner wählen …</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>Ordner wählen</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>Datei wählen</translation>
    </message>
    <message>
        <source>Choose a colour</source>
        <translation>Farbe wählen</translation>
    </message>
    <message>
        <source>Add an entry</source>
        <translation>Eintrag hinzufügen</translation>
    </message>
    <message>
        <source>Remove the entry</source>
        <translation>Eintrag entfernen</translation>
    </message>
</context>
<context>
    <name>qi::SettingsForm</name>
    <message>
        <source>This plugin has no settings.</source>
        <translation>Dieses Plugin hat keine Einstellungen.</translation>
    </message>
    <message>
        <source>Reset all to default</source>
        <translation>Alle zurücksetzen</translation>
    </message>
    <message>
        <source>Reset to default</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>%1: reset to default</source>
        <translation>%1: zurücksetzen</translation>
    </message>
</context>
<context>
    <name>qi::Sparkline</name>
    <message>
        <source>%1: %2, at most %3 in what is shown</source>
        <translation>%1: %2, höchstens %3 im gezeigten Bereich</translation>
    </message>
</context>
<context>
    <name>qi::TaskModel</name>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>bereit</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>cancelling</source>
        <translation>wird abgebrochen</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>Aufgabe</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>Alter</translation>
    </message>
    <message>
        <source>Plugin</source>
        <translation>Plugin</translation>
    </message>
    <message>
        <source>Started by</source>
        <translation>Gestartet von</translation>
    </message>
    <message>
        <source>Waiting for</source>
        <translation>Wartet auf</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 min %2 s</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 h %2 min</translation>
    </message>
</context>
<context>
    <name>qi::TaskMonitor</name>
    <message>
        <source>Cancel task</source>
        <translation>Aufgabe abbrechen</translation>
    </message>
    <message>
        <source>Cancel the selected tasks</source>
        <translation>Die gewählten Aufgaben abbrechen</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Let the list stand still</source>
        <translation>Die Liste stehen lassen</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>Aktualisieren</translation>
    </message>
    <message>
        <source>Look now</source>
        <translation>Jetzt nachsehen</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy the selected tasks with their stacks, or all, as text</source>
        <translation>Die gewählten oder alle Aufgaben mit ihren Aufrufen als Text kopieren</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>Speichern unter …</translation>
    </message>
    <message>
        <source>Save what is shown as text</source>
        <translation>Das Gezeigte als Text speichern</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Type what the tasks shall contain</source>
        <translation>Was die Aufgaben enthalten sollen</translation>
    </message>
    <message>
        <source>Expand all</source>
        <translation>Alle aufklappen</translation>
    </message>
    <message>
        <source>Collapse all</source>
        <translation>Alle zuklappen</translation>
    </message>
    <message>
        <source>Tasks</source>
        <translation>Aufgaben</translation>
    </message>
    <message>
        <source>Stack of the selected task</source>
        <translation>Aufrufe der gewählten Aufgabe</translation>
    </message>
    <message>
        <source>Filter tasks</source>
        <translation>Aufgaben filtern</translation>
    </message>
    <message>
        <source>Python is not running.</source>
        <translation>Python läuft nicht.</translation>
    </message>
    <message>
        <source>Tasks: %1</source>
        <translation>Aufgaben: %1</translation>
    </message>
    <message>
        <source>Tasks: %1 of %2</source>
        <translation>Aufgaben: %1 von %2</translation>
    </message>
    <message>
        <source>This task has no frames of Python.</source>
        <translation>Diese Aufgabe hat keine Aufrufe in Python.</translation>
    </message>
    <message>
        <source>Select a task to see where it waits.</source>
        <translation>Wählen Sie eine Aufgabe, um zu sehen, wo sie wartet.</translation>
    </message>
    <message>
        <source>Save the tasks</source>
        <translation>Die Aufgaben speichern</translation>
    </message>
    <message>
        <source>%1 cannot be written: %2</source>
        <translation>%1 kann nicht geschrieben werden: %2</translation>
    </message>
</context>
<context>
    <name>qi::TaskErrors</name>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>Errors of tasks</source>
        <translation>Fehler von Aufgaben</translation>
    </message>
    <message>
        <source>Traceback</source>
        <translation>Aufrufverlauf</translation>
    </message>
    <message>
        <source>No errors.</source>
        <translation>Keine Fehler.</translation>
    </message>
</context>
<context>
    <name>qi::TaskRow</name>
    <message>
        <source>cancelling</source>
        <translation>wird abgebrochen</translation>
    </message>
    <message>
        <source>Progress of %1</source>
        <translation>Fortschritt von %1</translation>
    </message>
    <message>
        <source>Cancel %1</source>
        <translation>%1 abbrechen</translation>
    </message>
</context>
<context>
    <name>qi::TaskStrip</name>
    <message>
        <source>Show all tasks</source>
        <translation>Alle Aufgaben zeigen</translation>
    </message>
    <message>
        <source>%1 more tasks</source>
        <translation>%1 weitere Aufgaben</translation>
    </message>
    <message>
        <source>%1 errors of tasks</source>
        <translation>%1 Fehler von Aufgaben</translation>
    </message>
</context>
</TS>
