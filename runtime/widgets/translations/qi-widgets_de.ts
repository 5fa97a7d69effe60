<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
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
        <source>Not in the history:</source>
        <translation>Nicht im Verlauf:</translation>
    </message>
    <message>
        <source>Console</source>
        <translation>Konsole</translation>
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
        <source>Rese&amp;t all to default</source>
        <translation>Alle &amp;zurücksetzen</translation>
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
</TS>
