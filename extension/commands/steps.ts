// A dialog of several quick picks with a Back button.
import * as vscode from 'vscode';

/** One question: a list to choose from. */
export interface Step<T> {
  title: string;
  placeholder: string;
  items: readonly (vscode.QuickPickItem & { value?: T })[];
}

/**
 * Asks one question after the other; a question may depend on earlier answers.
 * @returns the answers, or undefined if the user cancels
 */
export async function askSteps<T>(
  steps: readonly ((answers: readonly T[]) => Step<T>)[],
): Promise<readonly T[] | undefined> {
  const answers: T[] = [];
  while (answers.length < steps.length) {
    const at = answers.length;
    const answer = await ask(steps[at]!(answers), at + 1, steps.length);
    if (answer === undefined) return undefined;
    if (answer === 'back') answers.pop();
    else answers.push(answer.value);
  }
  return answers;
}

function ask<T>(question: Step<T>, step: number, totalSteps: number): Promise<{ value: T } | 'back' | undefined> {
  const { title, placeholder, items } = question;
  return new Promise((resolve) => {
    const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { value?: T }>();
    Object.assign(pick, { title, placeholder, items, step, totalSteps, matchOnDescription: true, matchOnDetail: true });
    if (step > 1) pick.buttons = [vscode.QuickInputButtons.Back];
    const end = (answer: { value: T } | 'back' | undefined) => {
      resolve(answer);
      pick.dispose();
    };
    pick.onDidAccept(() => {
      const [chosen] = pick.selectedItems;
      if (chosen?.value !== undefined) end({ value: chosen.value });
    });
    pick.onDidTriggerButton(() => end('back'));
    pick.onDidHide(() => end(undefined));
    pick.show();
  });
}
